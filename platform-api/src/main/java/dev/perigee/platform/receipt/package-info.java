/**
 * Signed receipts over HTTP: {@code GET /v1/receipts/{id}} for the tenant, the public keys for everybody.
 *
 * <p><b>Owns</b>: {@code receipt-key} in the data directory, when it is exchanged for a new one, and {@code receipt-keys.json} beside it. <b>Does not
 * own</b>: what a receipt says and how it is signed (billing does).
 *
 * <p><b>Invariants</b>: a tenant sees its own receipts only, and is told the same of another's as of none; the private key leaves the data directory
 * for this process's memory and nowhere else.
 */
@ApplicationModule(
        displayName = "Receipt",
        allowedDependencies = {"access", "secret", "web"})
@NullMarked
package dev.perigee.platform.receipt;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
