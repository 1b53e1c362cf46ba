/**
 * The credentials of the data plane.
 *
 * <p>A key reads {@code pgk_} + 12 characters that name it + 32 that are secret + 6 that are a CRC-32 of all before, all of letters and
 * digits: {@code pgk_[0-9A-Za-z]{50}} finds it in any text, and the checksum drops guesses before the database is asked.
 *
 * <p><b>Owns</b>: the table {@code platform.api_key}. <b>Does not own</b>: tenants and projects, which it keeps by identifier; whether a
 * request is let in, which {@code access} decides.
 *
 * <p><b>Invariants</b>: a key is stored as its keyed hash only and shown once, at birth; hashes are compared in constant time; a revoked or
 * expired key never comes back.
 *
 * <p><b>Times</b>: the database's clock. {@code lastUsedAt} is true to the minute.
 */
@ApplicationModule(
        displayName = "API keys",
        allowedDependencies = {"secret", "tenancy"})
@NullMarked
package dev.perigee.platform.apikey;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
