package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;

/**
 * Holds what a request can cost before it runs and settles what it did cost after.
 *
 * <pre>{@code
 * switch (charging.reserve(request)) {
 *     case Admission.Admitted admitted -> generate(admitted.maxOutputTokens());   // extend(...) while more is wanted
 *     case Admission.BudgetExhausted spent -> charging.refuse(...);
 *     case Admission.UnpricedModel unpriced -> charging.refuse(...);
 *     case Admission.DuplicateRequest duplicate -> ...
 * }
 * charging.settle(request.requestId(), usage, RequestOutcome.COMPLETED);   // returns after the commit
 * }</pre>
 *
 * <p>Threads: safe. Errors: {@link org.springframework.dao.DataAccessException} where the database is away; {@code extend} and
 * {@code refuse} fail at once, {@code reserve} tries once more on another connection, {@code settle} tries again for as long as the settings say before it fails.
 */
public interface Charging {

    /**
     * Admits a request and holds the most that it can cost; where a hard budget applies, its prompt and the first tokens of its answer only.
     *
     * <p>Where the budgets of key, project and tenant pay for fewer tokens than that, it is admitted for these; whoever generates must keep to
     * {@link Admission.Admitted#maxOutputTokens}.
     *
     * @return the first that applies of {@link Admission.TooManyRunning}, {@link Admission.UnpricedModel}, {@link Admission.BudgetExhausted},
     *     {@link Admission.DuplicateRequest}, {@link Admission.Admitted}
     * @throws IllegalArgumentException where the tenant was charged in another currency before
     */
    Admission reserve(ChargeRequest request);

    /**
     * Admits a request as {@link #reserve(ChargeRequest)} does, once for a tenant and key: the key is taken in the transaction that holds the
     * amount. A request that ended before its first token leaves its key free.
     *
     * @return {@link Admission.RepeatedKey} before everything else
     */
    Admission reserve(ChargeRequest request, IdempotencyKey key);

    /**
     * Holds more for a running request, down to one token where its budgets do not pay for as many. It counts in the periods of its admission.
     *
     * @param reservation what it holds now
     * @param outputTokens how many output tokens more, at least 1
     * @return the first that applies of {@link Extension.BudgetExhausted}, {@link Extension.NotRunning}, {@link Extension.Extended}
     */
    Extension extend(Reservation reservation, long outputTokens);

    /**
     * Records what a request used, ends its reservation and posts its cost, in one transaction that is committed on return.
     *
     * <p>Safe to call again: a request is settled once, whoever and how often it is asked. A request without a single token is recorded too,
     * but its reservation is released and nothing is posted.
     *
     * <p>Where this process was taken for dead, and was not, the request was billed by an estimate and its rest is still held: it is corrected
     * to the exact usage, once.
     *
     * @param outcome how the request ended; a refusal is possible here too, with no tokens, when it was decided after the admission
     * @return the first that applies of {@link Settlement.NeverReserved}, {@link Settlement.AlreadySettled},
     *     {@link Settlement.ExceedsHold}, {@link Settlement.Settled}
     */
    Settlement settle(String requestId, MeasuredUsage usage, RequestOutcome outcome);

    /**
     * Records a request that was refused before it was admitted: a usage row with its outcome, no tokens and no cost. The same request id
     * again changes nothing.
     */
    void refuse(RefusedRequest refused);
}
