package dev.perigee.billing.charging;

import dev.perigee.billing.batch.Gathering;
import dev.perigee.billing.budget.BudgetClaim;
import dev.perigee.billing.budget.BudgetDecision;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageEvent;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBooks;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Charging over PostgreSQL, one transaction a call, which calls of the same time share.
 *
 * <p>A request has a slot in the journal before anything is held for it, and until it is settled.
 */
public final class JdbcCharging implements Charging {

    private final ChargingTables tables;
    private final TransactionTemplate transaction;
    private final Settling settling;
    private final UsageJournal journal;
    private final Admissions admissions;
    private final Gathering<Admissions.Attempt, Admission> gathering;
    private final RetryTemplate retryOnce = new RetryTemplate(DatabaseRetries.once());

    /**
     * A facade over these parts, which write in the transactions of {@code transactions}.
     *
     * @param settling ends what is reserved here
     * @param journal where running requests are counted, of the process that holds what is reserved here
     */
    public JdbcCharging(
            PriceBooks priceBooks,
            ChargingTables tables,
            SharedTransactions transactions,
            Settling settling,
            UsageJournal journal) {
        this.tables = tables;
        this.transaction = transactions.template();
        this.settling = settling;
        this.journal = journal;
        this.admissions = new Admissions(priceBooks, tables, transactions, journal);
        this.gathering = transactions.gathering(admissions);
    }

    @Override
    public Admission reserve(ChargeRequest request) {
        return reserve(request, attempt -> gathering.ask(request.requestId(), attempt));
    }

    /** A key is taken in its request's own transaction, which holds for nobody else. */
    @Override
    public Admission reserve(ChargeRequest request, IdempotencyKey key) {
        try {
            return transaction.execute(status -> {
                Admission admission = tables.idempotencyKeys()
                        .claim(request, key)
                        .<Admission>map(repeated -> repeated)
                        .orElseGet(() -> reserve(
                                request,
                                attempt -> admissions.decide(List.of(attempt)).getFirst()));
                if (!(admission instanceof Admission.Admitted)) {
                    status.setRollbackOnly();
                }
                return admission;
            });
        } catch (DataAccessException | TransactionException e) {
            // whether that was committed is for the recovery to find out, as soon as the database is back
            journal.find(request.requestId()).ifPresent(slot -> slot.end(RequestOutcome.INTERRUPTED));
            throw e;
        }
    }

    private Admission reserve(ChargeRequest request, Function<Admissions.Attempt, Admission> decision) {
        UsageJournal.Beginning beginning = journal.begin(request.requestId());
        return switch (beginning) {
            case FULL -> new Admission.TooManyRunning();
            case BEGUN_BEFORE -> admissions.duplicate(request);
            case BEGUN -> reserveCounted(new Admissions.Attempt(request, UUID.randomUUID()), decision);
        };
    }

    /**
     * Where a connection breaks it is tried once more; where the first commit had reached the database, the nonce tells. Where the second
     * breaks too, the recovery finds a hold without a slot.
     */
    private Admission reserveCounted(Admissions.Attempt attempt, Function<Admissions.Attempt, Admission> decision) {
        AtomicBoolean again = new AtomicBoolean();
        boolean admitted = false;
        try {
            Admission admission = retryOnce.invoke(() -> {
                Optional<Admission> lost = again.getAndSet(true) ? admissions.heldBefore(attempt) : Optional.empty();
                return lost.orElseGet(() -> decision.apply(attempt));
            });
            admitted = admission instanceof Admission.Admitted;
            return admission;
        } finally {
            if (!admitted) {
                journal.free(attempt.request().requestId());
            }
        }
    }

    @Override
    public Extension extend(Reservation reservation, long outputTokens) {
        BudgetClaim claim = new BudgetClaim(
                reservation.attribution(),
                reservation.price().rate(),
                new BudgetClaim.Tokens(0, outputTokens, outputTokens),
                new BudgetClaim.Held(reservation.held().nanos(), reservation.heldTokens(), reservation.reservedAt()));
        return transaction.execute(status -> switch (tables.budgets().decide(claim)) {
            case BudgetDecision.Exhausted exhausted ->
                new Extension.BudgetExhausted(exhausted.standing(), exhausted.heldByOthers());
            case BudgetDecision.Paid paid -> holdMore(reservation, paid.maxOutputTokens());
        });
    }

    private Extension holdMore(Reservation reservation, long outputTokens) {
        Money more = reservation.price().rate().highestCost(0, outputTokens);
        Reservation extended = reservation.extendedBy(more, outputTokens);
        MeasuredUsage counted =
                journal.find(reservation.requestId()).map(UsageSlot::usage).orElse(MeasuredUsage.NONE);
        return tables.reservations().extend(extended, counted)
                ? new Extension.Extended(extended, outputTokens)
                : new Extension.NotRunning(reservation.requestId());
    }

    @Override
    public Settlement settle(String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        ChargeRequest.checkRequestId(requestId);
        return settling.settle(journal, requestId, usage, outcome);
    }

    @Override
    public void refuse(RefusedRequest refused) {
        tables.usageRecords()
                .add(new UsageEvent(
                        refused.requestId(),
                        refused.attribution(),
                        refused.model(),
                        refused.reason(),
                        MeasuredUsage.NONE,
                        null,
                        false));
    }
}
