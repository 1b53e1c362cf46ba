package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ReservationState;
import java.util.Currency;
import org.jspecify.annotations.Nullable;

/** What became of {@link Charging#reserve}, in order of precedence. */
public sealed interface Admission {

    /** The model has no price in force in the tenant's currency; nothing is held. */
    record UnpricedModel(String model, Currency currency) implements Admission {}

    /**
     * The request id was used before; nothing more is held.
     *
     * @param state where its reservation stands, or {@code null} where the request was refused
     */
    record DuplicateRequest(String requestId, @Nullable ReservationState state) implements Admission {}

    /** The request may run; the amount is held. */
    record Admitted(Reservation reservation) implements Admission {}
}
