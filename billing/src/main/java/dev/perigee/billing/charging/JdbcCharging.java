package dev.perigee.billing.charging;

import dev.perigee.billing.budget.BudgetClaim;
import dev.perigee.billing.budget.BudgetDecision;
import dev.perigee.billing.budget.JdbcBudgets;
import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.ledger.JdbcReservations;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.JdbcUsageRecords;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageEvent;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import dev.perigee.billing.pricing.PriceBooks;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Charging over PostgreSQL, one transaction a call.
 *
 * <p>Two guards make a request count once, both decided by PostgreSQL: the conditional update of its reservation and the primary key of its
 * usage row. A settlement whose commit got no answer may therefore be tried again blindly.
 */
public final class JdbcCharging implements Charging {

    private static final Duration FIRST_DELAY = Duration.ofMillis(50);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private final PriceBooks priceBooks;
    private final JdbcBudgets budgets;
    private final JdbcReservations reservations;
    private final JdbcUsageRecords usageRecords;
    private final JdbcLedger ledger;
    private final TransactionTemplate transaction;
    private final RetryTemplate settleRetries;
    private final UUID processId;

    /**
     * A facade over these parts, which write in the transactions of {@code transactions}.
     *
     * @param settleDeadline for how long a settlement is tried again while the database is away
     * @param processId the process that holds what is reserved here
     */
    public JdbcCharging(
            PriceBooks priceBooks,
            ChargingTables tables,
            PlatformTransactionManager transactions,
            Duration settleDeadline,
            UUID processId) {
        this.priceBooks = priceBooks;
        this.budgets = tables.budgets();
        this.reservations = tables.reservations();
        this.usageRecords = tables.usageRecords();
        this.ledger = tables.ledger();
        this.transaction = new TransactionTemplate(transactions);
        this.settleRetries = new RetryTemplate(whileDatabaseIsAway(settleDeadline));
        this.processId = processId;
    }

    @Override
    public Admission reserve(ChargeRequest request) {
        return transaction.execute(status -> {
            CostAttribution attribution = request.attribution();
            Optional<PriceBookVersion> price = priceBooks.inForce(request.model(), attribution.currency());
            if (price.isEmpty()) {
                return new Admission.UnpricedModel(request.model(), attribution.currency());
            }
            ledger.openAccounts(attribution.tenantId(), attribution.currency());
            BudgetClaim.Tokens tokens = new BudgetClaim.Tokens(
                    request.promptTokens(), request.maxOutputTokens(), request.firstOutputTokens());
            return switch (budgets.decide(
                    new BudgetClaim(attribution, price.get().rate(), tokens, null))) {
                case BudgetDecision.Exhausted exhausted ->
                    new Admission.BudgetExhausted(exhausted.standing(), exhausted.heldByOthers());
                case BudgetDecision.Paid paid -> hold(request, price.get(), paid);
            };
        });
    }

    private Admission hold(ChargeRequest request, PriceBookVersion price, BudgetDecision.Paid paid) {
        Money held = price.rate().highestCost(request.promptTokens(), paid.maxOutputTokens());
        Reservation candidate = new Reservation(
                request.requestId(),
                request.attribution(),
                request.model(),
                held,
                request.promptTokens() + paid.maxOutputTokens(),
                price,
                Instant.EPOCH);
        return reservations
                .hold(processId, candidate)
                .<Admission>map(
                        reservation -> new Admission.Admitted(reservation, paid.maxOutputTokens(), paid.cutBy()))
                .orElseGet(() -> new Admission.DuplicateRequest(
                        request.requestId(),
                        reservations.stateOf(request.requestId()).orElse(null)));
    }

    @Override
    public Extension extend(Reservation reservation, long outputTokens) {
        BudgetClaim claim = new BudgetClaim(
                reservation.attribution(),
                reservation.price().rate(),
                new BudgetClaim.Tokens(0, outputTokens, outputTokens),
                new BudgetClaim.Held(reservation.held().nanos(), reservation.heldTokens(), reservation.reservedAt()));
        return transaction.execute(status -> switch (budgets.decide(claim)) {
            case BudgetDecision.Exhausted exhausted ->
                new Extension.BudgetExhausted(exhausted.standing(), exhausted.heldByOthers());
            case BudgetDecision.Paid paid -> holdMore(reservation, paid.maxOutputTokens());
        });
    }

    private Extension holdMore(Reservation reservation, long outputTokens) {
        Money more = reservation.price().rate().highestCost(0, outputTokens);
        Reservation extended = reservation.extendedBy(more, outputTokens);
        return reservations.extend(extended)
                ? new Extension.Extended(extended, outputTokens)
                : new Extension.NotRunning(reservation.requestId());
    }

    @Override
    public Settlement settle(String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        ChargeRequest.checkRequestId(requestId);
        return settleRetries.invoke(() -> transaction.execute(status -> {
            Settlement settlement = settleOnce(requestId, usage, outcome);
            if (settlement instanceof Settlement.ExceedsHold) {
                status.setRollbackOnly();
            }
            return settlement;
        }));
    }

    private Settlement settleOnce(String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        ReservationState end = usage.isNone() ? ReservationState.RELEASED : ReservationState.SETTLED;
        Optional<Reservation> resolved =
                reservations.resolve(requestId, end).or(() -> reservations.lockExpired(requestId));
        if (resolved.isEmpty()) {
            return reservations.stateOf(requestId).isEmpty()
                    ? new Settlement.NeverReserved(requestId)
                    : new Settlement.AlreadySettled(requestId);
        }
        return record(resolved.get(), usage, outcome);
    }

    private Settlement record(Reservation reservation, MeasuredUsage usage, RequestOutcome outcome) {
        String requestId = reservation.requestId();
        CostAttribution attribution = reservation.attribution();
        Money cost = reservation.price().rate().cost(usage);
        long tokens = usage.inputTokens() + usage.outputTokens();
        if (!reservation.covers(cost, tokens)) {
            return new Settlement.ExceedsHold(reservation);
        }
        budgets.keep(attribution.tenantId());
        UsageEvent.Charge charge = new UsageEvent.Charge(reservation.price().id(), cost, reservation.reservedAt());
        if (!usageRecords.add(new UsageEvent(requestId, attribution, reservation.model(), outcome, usage, charge))) {
            return new Settlement.AlreadySettled(requestId);
        }
        if (!usage.isNone()) {
            ledger.postSettlement(requestId, attribution, cost, tokens);
            budgets.settle(attribution, reservation.reservedAt(), cost.nanos(), tokens);
        }
        return new Settlement.Settled(cost);
    }

    @Override
    public void refuse(RefusedRequest refused) {
        usageRecords.add(new UsageEvent(
                refused.requestId(),
                refused.attribution(),
                refused.model(),
                refused.reason(),
                MeasuredUsage.NONE,
                null));
    }

    private static RetryPolicy whileDatabaseIsAway(Duration deadline) {
        return RetryPolicy.builder()
                .includes(
                        TransientDataAccessException.class,
                        RecoverableDataAccessException.class,
                        DataAccessResourceFailureException.class,
                        TransactionException.class)
                .maxRetries(Long.MAX_VALUE)
                .timeout(deadline)
                .delay(FIRST_DELAY)
                .multiplier(2)
                .maxDelay(LONGEST_DELAY)
                .build();
    }
}
