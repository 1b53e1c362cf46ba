/**
 * The server's own secret, and files that hold secrets.
 *
 * <p><b>Owns</b>: {@code server-key} in the data directory. <b>Does not own</b>: what is hashed with it.
 *
 * <p><b>Invariants</b>: a secret file is readable by its owner only; the key never leaves {@link dev.perigee.platform.secret.ServerKey}; a
 * database whose hashes were made with another key is refused at start.
 */
@ApplicationModule(
        displayName = "Secret",
        allowedDependencies = {})
@NullMarked
package dev.perigee.platform.secret;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
