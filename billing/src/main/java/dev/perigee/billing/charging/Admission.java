package dev.perigee.billing.charging;

import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.UsageSlot;
import java.util.Currency;
import org.jspecify.annotations.Nullable;

/** What became of {@link Charging#reserve}, in order of precedence. */
public sealed interface Admission {

    /** As many requests run as can be counted at the same time; nothing is held. */
    record TooManyRunning() implements Admission {}

    /** The model has no price in force in the tenant's currency; nothing is held. */
    record UnpricedModel(String model, Currency currency) implements Admission {}

    /**
     * A hard budget does not pay for the prompt and one token more; nothing is held.
     *
     * @param standing the narrowest such budget, at that moment
     * @param heldByOthers whether all that is missing is held by other requests, which may give it back
     */
    record BudgetExhausted(BudgetStanding standing, boolean heldByOthers) implements Admission {}

    /**
     * The request id was used before; nothing more is held.
     *
     * @param state where its reservation stands, or {@code null} where the request was refused
     */
    record DuplicateRequest(String requestId, @Nullable ReservationState state) implements Admission {}

    /** What a repeated idempotency key repeats. */
    enum Repetition {
        /** A request that asked for something else. */
        OF_ANOTHER_REQUEST,
        /** The same request, which has not ended yet. */
        OF_A_RUNNING_ONE,
        /** The same request, which was billed, whole or for the part that was computed. */
        OF_A_BILLED_ONE
    }

    /**
     * The idempotency key is another request's; nothing is held.
     *
     * @param requestId that request
     * @param repetition why it is refused
     */
    record RepeatedKey(String requestId, Repetition repetition) implements Admission {}

    /**
     * The request may run; the amount is held.
     *
     * @param reservation what is held
     * @param maxOutputTokens the most tokens that may be generated before {@link Charging#extend}: what was asked for, or what the budgets
     *     pay for
     * @param cutBy the budget that pays for fewer than were asked for, or {@code null} where none does
     * @param slot where its tokens are to be counted, each before it can be seen
     */
    record Admitted(
            Reservation reservation,
            long maxOutputTokens,
            @Nullable BudgetStanding cutBy,
            UsageSlot slot) implements Admission {}
}
