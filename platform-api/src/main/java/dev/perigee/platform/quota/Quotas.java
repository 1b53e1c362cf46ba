package dev.perigee.platform.quota;

import dev.perigee.billing.metering.LimitScope;
import java.util.UUID;

/**
 * Sets limits and lets requests in by them.
 *
 * <pre>{@code
 * switch (quotas.admit(claim)) {
 *     case QuotaDecision.Refused refused -> tell(refused.exhausted());
 *     case QuotaDecision.Admitted admitted -> {
 *         generate();
 *         quotas.produced(claim, outputTokens);   // as often as some are known
 *         quotas.ended(claim);
 *     }
 * }
 * }</pre>
 *
 * <p>Threads: safe. Errors: {@link org.springframework.dao.DataAccessException} where the database is away.
 */
public interface Quotas {

    /** The limits that are set; {@link Quota#UNLIMITED} where none are. */
    Quota find(LimitScope scope, UUID id);

    /** Replaces the limits. What is used of a rate stays used; requests that run already do not count as concurrent ones. */
    void set(LimitScope scope, UUID id, Quota quota);

    /** Uses one request and the prompt's tokens of every limit that applies, or nothing where one of them is exhausted. */
    QuotaDecision admit(QuotaClaim claim);

    /** Uses tokens that were generated for an admitted request, beyond the limit if need be. */
    void produced(QuotaClaim claim, long outputTokens);

    /** Says that an admitted request does not run any more. Again changes nothing. */
    void ended(QuotaClaim claim);
}
