package dev.perigee.billing.receipts;

import java.util.Optional;
import java.util.UUID;

/**
 * Signs receipts and finds them.
 *
 * <p>Threads: safe, also of several nodes. Errors: {@link org.springframework.dao.DataAccessException} where the database is away.
 */
public interface Receipts {

    /** The receipt of a tenant's request, signed now where it was not yet; empty where the tenant has no such request, or it has not ended. */
    Optional<Receipt> find(UUID tenantId, String requestId);

    /** Signs what waits, at most some thousand; returns how many were signed. */
    int signPending();

    /** Every key that ever signed. */
    ReceiptKeySet keys();
}
