/**
 * What every address shares: request ids, reading JSON bodies, and saying no.
 *
 * <p><b>Owns</b>: {@code x-request-id}, the limits of a body, the one way from a failure to an answer. <b>Does not own</b>: the shape of an
 * error in a dialect, which each dialect brings as an {@link dev.perigee.platform.web.ErrorDialect}.
 *
 * <p><b>Invariants</b>: every answer carries an id that this server made; no answer shows a stack trace, a class name or HTML; a JSON body is
 * read to its limit and no further, has no key twice and nothing behind it.
 */
@ApplicationModule(
        displayName = "Web",
        allowedDependencies = {})
@NullMarked
package dev.perigee.platform.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
