/**
 * Rates and concurrency: how many requests and tokens a minute, and how many requests at once, a key, a project and a tenant may have.
 *
 * <p><b>Owns</b>: the tables {@code platform.quota} and {@code platform.running_request}. <b>Does not own</b>: money and amounts per period
 * (billing does); counting tokens; how a refusal is told.
 *
 * <p><b>Invariants</b>
 *
 * <ul>
 *   <li>Exact across all processes on one database: whoever decides holds the rows that it decides by.
 *   <li>All limits of a request or none: a refused request uses nothing.
 *   <li>A minute's limit can be used at once and comes back evenly (GCRA, in whole numbers: nothing is ever rounded in or out).
 *   <li>Prompt tokens count at admission, generated ones when they are reported; these may pass the limit, and the next request waits for it.
 *   <li>A request that the rates let in counts, whatever becomes of it afterwards.
 *   <li>Rows are locked in one order, key, project, tenant.
 * </ul>
 *
 * <p><b>Times</b>: the database's {@code platform.clock()}, which tests can move; read after the rows are locked.
 */
@ApplicationModule(
        displayName = "Quota",
        allowedDependencies = {})
@NullMarked
package dev.perigee.platform.quota;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
