/**
 * The console: server-rendered pages over the platform's services, which it calls in process.
 *
 * <p><b>Owns</b>: what an administrator sees and clicks. <b>Does not own</b>: any rule; whatever a page does, the admin REST can do.
 *
 * <p><b>Invariants</b>: no page works without a session that began with the admin token; no script or style stands in a page, all come from
 * this server (content security policy); every page works without scripts, htmx only spares the reload.
 */
@NullMarked
package dev.perigee.console;

import org.jspecify.annotations.NullMarked;
