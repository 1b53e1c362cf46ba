package dev.perigee.billing.charging;

import dev.perigee.billing.batch.Gathering;
import dev.perigee.billing.ledger.JdbcReservations;
import dev.perigee.billing.ledger.ResolvedReservation;
import dev.perigee.billing.metering.JdbcEngineCounts;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Ends requests: the journal's slot, the engine's count, then reservation, usage row and posting in one transaction, then the slot is free.
 * Requests that end at the same time share these transactions; each has its own rows, and its slot until they are committed.
 *
 * <p>Two guards make a request count once, both decided by PostgreSQL: the conditional update of its reservation, which only the process that
 * holds it can make, and the primary key of its usage row. A settlement whose commit got no answer may therefore be tried again blindly, by whoever finds the slot.
 */
public final class Settling {

    private final ChargingTables tables;
    private final UsageRecorder recorder;
    private final TransactionTemplate transaction;
    private final RetryTemplate retries;
    private final Gathering<Ended, Settlement> gathering;

    /**
     * A request that has ended.
     *
     * @param processId the process that holds its reservation
     * @param requestId the request
     * @param usage its tokens
     * @param counted what the engine counted, or {@code null} where that is not known, or nothing
     * @param outcome how it ended
     */
    private record Ended(
            UUID processId,
            String requestId,
            MeasuredUsage usage,
            @Nullable MeasuredUsage counted,
            RequestOutcome outcome) {

        JdbcReservations.Ending ending() {
            return new JdbcReservations.Ending(processId, requestId, usage.isNone());
        }

        Optional<JdbcEngineCounts.Count> count() {
            return Optional.ofNullable(counted).map(tokens -> new JdbcEngineCounts.Count(processId, requestId, tokens));
        }

        UsageRecorder.Exact exact(ResolvedReservation resolved) {
            return new UsageRecorder.Exact(resolved, resolved.atLeastCheckpoint(usage), outcome);
        }
    }

    /**
     * @param deadline for how long a settlement is tried again while the database is away
     */
    public Settling(ChargingTables tables, SharedTransactions transactions, Duration deadline) {
        this.tables = tables;
        this.transaction = transactions.template();
        this.recorder = new UsageRecorder(tables);
        this.retries = new RetryTemplate(DatabaseRetries.lasting(deadline));
        this.gathering = transactions.gathering(new Gathering.Work<>() {
            @Override
            public List<Settlement> together(List<Ended> requests) {
                return settleTogether(requests);
            }

            @Override
            public Settlement alone(Ended request) {
                return settleTogether(List.of(request)).getFirst();
            }
        });
    }

    /** Settles a request whose count is in this journal, or in none. */
    Settlement settle(UsageJournal journal, String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        Optional<UsageSlot> slot = journal.find(requestId);
        slot.ifPresent(each -> each.end(outcome));
        Settlement settlement = retries.invoke(() -> {
            MeasuredUsage counted = slot.map(UsageSlot::usage)
                    .filter(each -> !endedBeforeItsFirstToken(each, outcome))
                    .orElse(null);
            return gathering.ask(requestId, new Ended(journal.processId(), requestId, usage, counted, outcome));
        });
        if (!(settlement instanceof Settlement.ExceedsHold)) {
            journal.free(requestId);
        }
        return settlement;
    }

    /** Settles what a slot tells. A request that was interrupted before its first token is released. */
    Settlement settle(UsageJournal journal, UsageSlot slot) {
        MeasuredUsage counted = slot.usage();
        boolean nothing = endedBeforeItsFirstToken(counted, slot.outcome());
        return settle(journal, slot.requestId(), nothing ? MeasuredUsage.NONE : counted, slot.outcome());
    }

    private static boolean endedBeforeItsFirstToken(MeasuredUsage counted, RequestOutcome outcome) {
        return outcome.refusal() || (outcome == RequestOutcome.INTERRUPTED && counted.outputTokens() == 0);
    }

    /**
     * Releases what a process holds for requests that are not in its journal; returns how many these were. One that was settled, and left the
     * journal, after its hold was read is none of them.
     */
    int releaseUncounted(UsageJournal journal) {
        List<String> uncounted = tables.reservations().heldBy(journal.processId()).stream()
                .filter(requestId -> journal.find(requestId).isEmpty())
                .toList();
        int released = 0;
        for (String requestId : uncounted) {
            tables.reservations().checkpointAtEngineCount(requestId);
            tables.engineCounts().add(journal.processId(), requestId, MeasuredUsage.NONE); // or its checkpoint
            Settlement settlement = settle(journal, requestId, MeasuredUsage.NONE, RequestOutcome.INTERRUPTED);
            released += settlement instanceof Settlement.Settled ? 1 : 0;
        }
        return released;
    }

    private List<Settlement> settleTogether(List<Ended> requests) {
        List<JdbcEngineCounts.Count> counts =
                requests.stream().flatMap(request -> request.count().stream()).toList();
        if (!counts.isEmpty()) {
            tables.engineCounts().add(counts);
        }
        return Objects.requireNonNull(transaction.execute(status -> {
            Map<String, UsageRecorder.Exact> exacts = resolve(requests);
            Optional<UsageRecorder.Exact> exceeding =
                    exacts.values().stream().filter(exact -> !exact.isHeld()).findFirst();
            if (exceeding.isEmpty()) {
                Set<String> recorded = recorder.record(List.copyOf(exacts.values()));
                return requests.stream()
                        .map(request -> settlement(request, exacts.get(request.requestId()), recorded))
                        .toList();
            }
            if (requests.size() > 1) {
                throw new Gathering.ApartException(exceeding.get().requestId() + " used more than it held");
            }
            status.setRollbackOnly();
            return List.of(new Settlement.ExceedsHold(exceeding.get().reservation()));
        }));
    }

    /** Ends the reservations of those that still have one here; tells what these used, in the order of the requests. */
    private Map<String, UsageRecorder.Exact> resolve(List<Ended> requests) {
        Map<String, ResolvedReservation> resolved = tables.reservations()
                .resolve(requests.stream().map(Ended::ending).toList());
        Map<String, UsageRecorder.Exact> exacts = new LinkedHashMap<>();
        for (Ended request : requests) {
            ResolvedReservation own = resolved.get(request.requestId());
            if (own != null) {
                exacts.put(request.requestId(), request.exact(own));
            }
        }
        return exacts;
    }

    private Settlement settlement(Ended request, UsageRecorder.@Nullable Exact exact, Set<String> recorded) {
        String requestId = request.requestId();
        if (exact != null) {
            return recorded.contains(requestId)
                    ? new Settlement.Settled(exact.cost())
                    : new Settlement.AlreadySettled(requestId);
        }
        return tables.reservations()
                .stateOf(requestId)
                .filter(state -> !state.open())
                .<Settlement>map(state -> new Settlement.AlreadySettled(requestId))
                .orElseGet(() -> new Settlement.NeverReserved(requestId));
    }
}
