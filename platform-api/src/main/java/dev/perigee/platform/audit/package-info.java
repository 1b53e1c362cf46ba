/**
 * Who changed what: an append-only, hash-chained log of every administrative change.
 *
 * <p><b>Owns</b>: the table {@code platform.audit_entry} and {@code audit-head} in the data directory. <b>Does not own</b>: the changes
 * themselves, nor what their before and after look like.
 *
 * <p><b>Invariants</b>: a change and its entry are committed together or not at all; numbers begin at 1 and have no gap; every entry's hash
 * covers the one before it under the server's key, so that whoever only has the database can forge none; the newest entry that this node has seen is kept
 * outside the database, so that a cut tail is noticed; no entry is updated or deleted, which PostgreSQL refuses too.
 *
 * <p>One chain for the whole platform: administrators change things some times a minute, requests are not logged here.
 *
 * <p><b>Times</b>: the database's clock, to the microsecond.
 */
@ApplicationModule(
        displayName = "Audit",
        allowedDependencies = {"secret", "web"})
@NullMarked
package dev.perigee.platform.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
