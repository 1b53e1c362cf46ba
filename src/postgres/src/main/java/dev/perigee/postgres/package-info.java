/**
 * A PostgreSQL server of this process's own: unpacked, initialised, started, watched and ended by {@link
 * dev.perigee.postgres.LocalPostgres}. It is a full server with durable writes, checksums and a password, reachable
 * from this machine only; it is gone within a second of this process, however that ends.
 */
@NullMarked
package dev.perigee.postgres;

import org.jspecify.annotations.NullMarked;
