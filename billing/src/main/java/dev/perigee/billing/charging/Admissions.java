package dev.perigee.billing.charging;

import dev.perigee.billing.batch.Gathering;
import dev.perigee.billing.budget.BudgetClaim;
import dev.perigee.billing.budget.BudgetDecision;
import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.ledger.JdbcReservations;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.pricing.PriceBookVersion;
import dev.perigee.billing.pricing.PriceBooks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Admits requests that have their slots in the journal: price, budgets, reservation, in one transaction for all that ask at the same time.
 *
 * <p>Threads: safe.
 */
final class Admissions implements Gathering.Work<Admissions.Attempt, Admission> {

    private final PriceBooks priceBooks;
    private final ChargingTables tables;
    private final TransactionTemplate transaction;
    private final UsageJournal journal;

    Admissions(PriceBooks priceBooks, ChargingTables tables, SharedTransactions transactions, UsageJournal journal) {
        this.priceBooks = priceBooks;
        this.tables = tables;
        this.transaction = transactions.template();
        this.journal = journal;
    }

    /**
     * One try to admit a request.
     *
     * @param request the request
     * @param nonce by which it knows its own reservation again when the reply to its commit was lost
     */
    record Attempt(ChargeRequest request, UUID nonce) {}

    /** What an attempt asks its budgets for, at which price. */
    private record Priced(Attempt attempt, PriceBookVersion price) {

        BudgetClaim claim() {
            ChargeRequest request = attempt.request();
            return new BudgetClaim(
                    request.attribution(),
                    price.rate(),
                    new BudgetClaim.Tokens(
                            request.promptTokens(), request.maxOutputTokens(), request.firstOutputTokens()),
                    null);
        }

        JdbcReservations.Candidate candidate(long outputTokens) {
            ChargeRequest request = attempt.request();
            Reservation reservation = new Reservation(
                    request.requestId(),
                    request.attribution(),
                    request.model(),
                    price.rate().highestCost(request.promptTokens(), outputTokens),
                    request.promptTokens() + outputTokens,
                    price,
                    Instant.EPOCH);
            return new JdbcReservations.Candidate(reservation, attempt.nonce(), request.modelSha256());
        }
    }

    @Override
    public List<Admission> together(List<Attempt> attempts) {
        return decide(attempts);
    }

    @Override
    public Admission alone(Attempt attempt) {
        return heldBefore(attempt).orElseGet(() -> decide(List.of(attempt)).getFirst());
    }

    /** What an earlier try of the attempt held, where that is known only now. */
    Optional<Admission> heldBefore(Attempt attempt) {
        return tables.reservations()
                .heldWith(attempt.request().requestId(), attempt.nonce())
                .map(own -> admitted(own, own.heldTokens() - attempt.request().promptTokens(), null));
    }

    /** What is said to a request whose id was used before. */
    Admission duplicate(ChargeRequest request) {
        return new Admission.DuplicateRequest(
                request.requestId(),
                tables.reservations().stateOf(request.requestId()).orElse(null));
    }

    /** Decides on attempts, each of another request; what one is granted the next ones do not get. */
    List<Admission> decide(List<Attempt> attempts) {
        return Objects.requireNonNull(transaction.execute(status -> {
            Map<Attempt, Admission> admissions = new HashMap<>();
            List<Priced> priced = price(attempts, admissions);
            tables.ledger()
                    .openAccounts(priced.stream()
                            .map(each -> each.attempt().request().attribution())
                            .map(tenant -> new JdbcLedger.Owner(tenant.tenantId(), tenant.currency()))
                            .toList());
            reserve(
                    priced,
                    tables.budgets().decide(priced.stream().map(Priced::claim).toList()),
                    admissions);
            return attempts.stream()
                    .map(attempt -> Objects.requireNonNull(admissions.get(attempt)))
                    .toList();
        }));
    }

    /** Those that have a price; the others are refused. */
    private List<Priced> price(List<Attempt> attempts, Map<Attempt, Admission> admissions) {
        record Priceable(String model, Currency currency) {}
        Map<Priceable, Optional<PriceBookVersion>> prices = new HashMap<>();
        List<Priced> priced = new ArrayList<>();
        for (Attempt attempt : attempts) {
            CostAttribution attribution = attempt.request().attribution();
            Priceable priceable = new Priceable(attempt.request().model(), attribution.currency());
            prices.computeIfAbsent(priceable, one -> priceBooks.inForce(one.model(), one.currency()))
                    .ifPresentOrElse(
                            price -> priced.add(new Priced(attempt, price)),
                            () -> admissions.put(
                                    attempt, new Admission.UnpricedModel(priceable.model(), priceable.currency())));
        }
        return priced;
    }

    /** Holds what the budgets pay for; the others are refused. */
    private void reserve(List<Priced> priced, List<BudgetDecision> decisions, Map<Attempt, Admission> admissions) {
        Map<Priced, BudgetDecision.Paid> payable = new LinkedHashMap<>();
        for (int i = 0; i < priced.size(); i++) {
            Priced each = priced.get(i);
            switch (decisions.get(i)) {
                case BudgetDecision.Exhausted spent ->
                    admissions.put(
                            each.attempt(), new Admission.BudgetExhausted(spent.standing(), spent.heldByOthers()));
                case BudgetDecision.Paid paid -> payable.put(each, paid);
            }
        }
        Map<String, Reservation> held = tables.reservations()
                .hold(
                        journal.processId(),
                        payable.entrySet().stream()
                                .map(each ->
                                        each.getKey().candidate(each.getValue().maxOutputTokens()))
                                .toList());
        payable.forEach((each, paid) -> {
            ChargeRequest request = each.attempt().request();
            Reservation own = held.get(request.requestId());
            admissions.put(
                    each.attempt(),
                    own == null ? duplicate(request) : admitted(own, paid.maxOutputTokens(), paid.cutBy()));
        });
    }

    private Admission admitted(Reservation held, long outputTokens, @Nullable BudgetStanding cutBy) {
        return new Admission.Admitted(
                held, outputTokens, cutBy, journal.find(held.requestId()).orElseThrow());
    }
}
