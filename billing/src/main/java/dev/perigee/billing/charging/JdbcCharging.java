package dev.perigee.billing.charging;

import dev.perigee.billing.budget.BudgetClaim;
import dev.perigee.billing.budget.BudgetDecision;
import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.ledger.JdbcReservations;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageEvent;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import dev.perigee.billing.pricing.PriceBooks;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Charging over PostgreSQL, one transaction a call.
 *
 * <p>A request has a slot in the journal before anything is held for it, and until it is settled.
 */
public final class JdbcCharging implements Charging {

    private final PriceBooks priceBooks;
    private final ChargingTables tables;
    private final TransactionTemplate transaction;
    private final Settling settling;
    private final UsageJournal journal;
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
            PlatformTransactionManager transactions,
            Settling settling,
            UsageJournal journal) {
        this.priceBooks = priceBooks;
        this.tables = tables;
        this.transaction = new TransactionTemplate(transactions);
        this.settling = settling;
        this.journal = journal;
    }

    @Override
    public Admission reserve(ChargeRequest request) {
        UsageJournal.Beginning beginning = journal.begin(request.requestId());
        return switch (beginning) {
            case FULL -> new Admission.TooManyRunning();
            case BEGUN_BEFORE -> duplicate(request);
            case BEGUN -> reserveCounted(request);
        };
    }

    @Override
    public Admission reserve(ChargeRequest request, IdempotencyKey key) {
        try {
            return transaction.execute(status -> {
                Admission admission = tables.idempotencyKeys()
                        .claim(request, key)
                        .<Admission>map(repeated -> repeated)
                        .orElseGet(() -> reserve(request));
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

    /**
     * Where a connection breaks it is tried once more; where the first commit had reached the database, the nonce tells. Where the second
     * breaks too, the recovery finds a hold without a slot.
     */
    private Admission reserveCounted(ChargeRequest request) {
        UUID nonce = UUID.randomUUID();
        AtomicBoolean again = new AtomicBoolean();
        boolean admitted = false;
        try {
            Admission admission = retryOnce.invoke(() -> {
                Optional<Admission> lost = again.getAndSet(true) ? heldBefore(request, nonce) : Optional.empty();
                return lost.orElseGet(() -> decide(request, nonce));
            });
            admitted = admission instanceof Admission.Admitted;
            return admission;
        } finally {
            if (!admitted) {
                journal.free(request.requestId());
            }
        }
    }

    private Optional<Admission> heldBefore(ChargeRequest request, UUID nonce) {
        return tables.reservations()
                .heldWith(request.requestId(), nonce)
                .map(own -> admitted(own, own.heldTokens() - request.promptTokens(), null));
    }

    private Admission admitted(Reservation held, long outputTokens, @Nullable BudgetStanding cutBy) {
        return new Admission.Admitted(
                held, outputTokens, cutBy, journal.find(held.requestId()).orElseThrow());
    }

    private Admission duplicate(ChargeRequest request) {
        return new Admission.DuplicateRequest(
                request.requestId(),
                tables.reservations().stateOf(request.requestId()).orElse(null));
    }

    private Admission decide(ChargeRequest request, UUID nonce) {
        return transaction.execute(status -> {
            CostAttribution attribution = request.attribution();
            Optional<PriceBookVersion> price = priceBooks.inForce(request.model(), attribution.currency());
            if (price.isEmpty()) {
                return new Admission.UnpricedModel(request.model(), attribution.currency());
            }
            tables.ledger().openAccounts(attribution.tenantId(), attribution.currency());
            BudgetClaim.Tokens tokens = new BudgetClaim.Tokens(
                    request.promptTokens(), request.maxOutputTokens(), request.firstOutputTokens());
            return switch (tables.budgets()
                    .decide(new BudgetClaim(attribution, price.get().rate(), tokens, null))) {
                case BudgetDecision.Exhausted exhausted ->
                    new Admission.BudgetExhausted(exhausted.standing(), exhausted.heldByOthers());
                case BudgetDecision.Paid paid -> hold(request, price.get(), paid, nonce);
            };
        });
    }

    private Admission hold(ChargeRequest request, PriceBookVersion price, BudgetDecision.Paid paid, UUID nonce) {
        Money held = price.rate().highestCost(request.promptTokens(), paid.maxOutputTokens());
        Reservation candidate = new Reservation(
                request.requestId(),
                request.attribution(),
                request.model(),
                held,
                request.promptTokens() + paid.maxOutputTokens(),
                price,
                Instant.EPOCH);
        return tables.reservations()
                .hold(new JdbcReservations.Holder(journal.processId(), nonce), candidate, request.modelSha256())
                .map(reservation -> admitted(reservation, paid.maxOutputTokens(), paid.cutBy()))
                .orElseGet(() -> duplicate(request));
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
