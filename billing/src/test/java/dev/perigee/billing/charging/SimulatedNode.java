package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One node: the real charging, settling, recovery and lease over a journal of its own. What the engine does is played by the simulation:
 * it counts a token in the slot before the client sees it, and never past the grant.
 */
final class SimulatedNode {

    static final int LEASE_SECONDS = 30;
    static final int GRACE_SECONDS = 30;
    private static final int SLOTS = 16;

    private final List<SimulatedRequest> unsettled = new ArrayList<>();
    final ProcessLease lease;
    final DeadProcesses deadProcesses;
    final UsageRecovery recovery;
    final SimulatedSharing shared;
    private final UsageJournal journal;
    private final JdbcCharging charging;
    private final Path file;
    private byte @Nullable [] atKill;

    SimulatedNode(SimulatedDatabase database, UUID processId, Path folder, Supplier<SimulatedOutcome> script) {
        SimulatedTransactions transactions = new SimulatedTransactions(database.transactions, script, this::remember);
        ChargingTables tables = database.tables(transactions);
        lease = new ProcessLease(
                processId, database.jdbc, Duration.ofSeconds(LEASE_SECONDS), Duration.ofSeconds(GRACE_SECONDS));
        journal = UsageJournal.create(folder, lease.processId(), SLOTS);
        file = folder.resolve(lease.processId() + ".journal");
        shared = new SimulatedSharing(transactions);
        Settling settling = new Settling(tables, shared, Duration.ZERO);
        deadProcesses = new DeadProcesses(lease, tables, transactions);
        recovery = new UsageRecovery(journal, settling, deadProcesses, tables);
        charging = new JdbcCharging(database.priceBooks, tables, shared, settling, journal);
        lease.renew();
    }

    /** Asks for a request; whether it is admitted. */
    boolean reserve(SimulatedRequest request) {
        unsettled.add(request);
        Admission admission = charging.reserve(new ChargeRequest(
                request.id,
                request.tenant,
                "moonlet",
                request.prompt,
                request.wanted,
                Math.min(2, request.wanted),
                null));
        if (!(admission instanceof Admission.Admitted admitted)) {
            return false;
        }
        request.reservation = admitted.reservation();
        request.slot = admitted.slot();
        request.granted = admitted.maxOutputTokens();
        request.running = true;
        request.slot.count(request.usage(0));
        return true;
    }

    /** The engine computes a token where one is granted; the client sees it once it is counted, unless the node is killed in between. */
    void generate(SimulatedRequest request, boolean killedBeforeItIsSeen) {
        if (request.counted >= Math.min(request.granted, request.wanted)) {
            return;
        }
        request.slot.count(request.usage(++request.counted));
        if (killedBeforeItIsSeen) {
            remember();
            throw new SimulatedTransactions.Killed();
        }
        request.seen = request.counted;
    }

    /** Asks for a further tranche. */
    void extend(SimulatedRequest request, int tokens) {
        if (request.granted < request.wanted
                && charging.extend(request.reservation, Math.min(tokens, request.wanted - request.granted))
                        instanceof Extension.Extended extended) {
            request.reservation = extended.reservation();
            request.granted += extended.outputTokens();
        }
    }

    /**
     * The request ends; its client is told once that is committed.
     *
     * @param insists whether a failure is tried once more at once, as the product does until its deadline; else the sweep makes up for it
     */
    void settle(SimulatedRequest request, RequestOutcome outcome, boolean insists) {
        request.running = false;
        MeasuredUsage usage = outcome.refusal() ? MeasuredUsage.NONE : request.usage(request.counted);
        try {
            settle(request, usage, outcome);
        } catch (DataAccessException | TransactionException e) {
            if (!insists) {
                throw e;
            }
            settle(request, usage, outcome);
        }
    }

    private void settle(SimulatedRequest request, MeasuredUsage usage, RequestOutcome outcome) {
        if (!(charging.settle(request.id, usage, outcome) instanceof Settlement.ExceedsHold)) {
            request.acknowledged = usage;
            unsettled.remove(request);
        }
    }

    /** What it runs at this moment. */
    List<SimulatedRequest> running() {
        return unsettled.stream().filter(request -> request.running).toList();
    }

    private void remember() {
        try {
            atKill = Files.exists(file) ? Files.readAllBytes(file) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process is gone; its journal is as it was at that moment, or lost with its machine. */
    void kill(boolean journalLost) {
        if (atKill == null) {
            remember();
        }
        unsettled.forEach(request -> {
            request.running = false;
            request.journalLost |= journalLost;
        });
        try {
            journal.close();
            Files.deleteIfExists(file);
            if (!journalLost && atKill != null) {
                Files.write(file, atKill);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
