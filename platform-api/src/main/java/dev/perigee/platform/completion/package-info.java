/**
 * The one use case: admit, reserve, generate, settle.
 *
 * <p>Rates come first, then money: whoever is refused by a rate holds nothing. Under a budget an answer is paid for in tranches while it
 * streams, and the backend generates only what is granted: it ends at the last paid token. What others merely hold is waited for.
 *
 * <p><b>Owns</b>: the order of these steps. <b>Does not own</b>: wire formats (the dialects do), money (billing does), tokens (the backend
 * does).
 *
 * <p><b>Invariants</b>: no token is generated before its cost is held; the end of an answer is seen by nobody before its usage is committed;
 * an answer that nobody reads to its end is cancelled and billed for what was produced; one that the backend never began costs nothing; every
 * refusal of a known tenant is recorded.
 */
@ApplicationModule(
        displayName = "Completion",
        allowedDependencies = {"access", "catalog", "quota", "secret"})
@NullMarked
package dev.perigee.platform.completion;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
