package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.USD;

import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetMode;
import dev.perigee.billing.budget.BudgetOwner;
import dev.perigee.billing.budget.BudgetPeriod;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.RequestOutcome;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Three requests of one tenant on two nodes, whose steps are interleaved, under every way in which one transaction can fail, and every two.
 */
class ExhaustiveFaultsTests {

    private static final List<SimulatedOutcome> FAULTS =
            List.of(SimulatedOutcome.values()).subList(1, SimulatedOutcome.values().length);

    @TempDir
    private Path folder;

    private int schedules;

    @Test
    void invariantsWhenAnyOneTransactionFailsAndSomePairsHold() {
        runAll(29);
    }

    @Test
    @Tag("long")
    void invariantsWhenAnyTwoTransactionsFailHold() {
        runAll(1);
    }

    /** Every placement of one fault, and each n-th placement of two. */
    private void runAll(int nth) {
        int pairs = 0;
        try (SimulatedDatabase database = new SimulatedDatabase()) {
            int transactions = run(database, Map.of());
            for (int first = 0; first < transactions; first++) {
                for (SimulatedOutcome outcome : FAULTS) {
                    int behind = run(database, Map.of(first, outcome));
                    for (int pair = 0; pair < (behind - first - 1) * FAULTS.size(); pair++) {
                        if (pairs++ % nth == 0) {
                            int second = first + 1 + pair / FAULTS.size();
                            run(database, Map.of(first, outcome, second, FAULTS.get(pair % FAULTS.size())));
                        }
                    }
                }
            }
        }
        System.out.printf("exhaustive: %d schedules of at most 2 faults, 0 violations%n", schedules);
    }

    /** Runs the schedule with these outcomes, by the number of the transaction; returns how many transactions there were. */
    private int run(SimulatedDatabase database, Map<Integer, SimulatedOutcome> faults) {
        Schedule schedule = new Schedule(database, folder.resolve("run-" + schedules++), faults);
        try {
            return schedule.run();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("faults " + faults + ": " + e.getMessage(), e);
        }
    }

    /** One run. */
    private static final class Schedule {

        private final SimulatedDatabase database;
        private final Path folder;
        private final Map<Integer, SimulatedOutcome> faults;
        private final SimulatedInvariants invariants;
        private final Instant start;
        private final CostAttribution tenant =
                new CostAttribution(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), USD, null);
        private final List<SimulatedRequest> requests = new ArrayList<>();
        private final SimulatedNode[] nodes = new SimulatedNode[2];
        private int transactions;
        private boolean healing;

        Schedule(SimulatedDatabase database, Path folder, Map<Integer, SimulatedOutcome> faults) {
            this.database = database;
            this.folder = folder;
            this.faults = faults;
            this.invariants = new SimulatedInvariants(database);
            database.moveClock(2 * SimulatedNode.LEASE_SECONDS);
            this.start = database.now();
            UUID id = tenant.tenantId();
            database.budgets.replace(
                    new BudgetOwner(id, LimitScope.TENANT, id, ZoneOffset.UTC),
                    List.of(new Budget(BudgetPeriod.TOTAL, new BudgetLimit.OfTokens(31), BudgetMode.HARD)));
            for (int request = 0; request < 3; request++) {
                requests.add(new SimulatedRequest(id + "-" + request, tenant, 3, 6));
            }
            nodes[0] = node(0);
            nodes[1] = node(1);
        }

        private SimulatedNode node(int number) {
            return new SimulatedNode(database, UUID.randomUUID(), folder.resolve("node-" + number), this::outcome);
        }

        private SimulatedOutcome outcome() {
            return healing ? SimulatedOutcome.OK : faults.getOrDefault(transactions++, SimulatedOutcome.OK);
        }

        int run() {
            step(0, node -> node.reserve(requests.get(0)));
            step(1, node -> node.reserve(requests.get(1)));
            answer(0, 0);
            step(0, node -> node.reserve(requests.get(2)));
            answer(1, 1);
            step(0, node -> node.recovery.checkpoint());
            answer(0, 2);
            step(0, node -> end(node, requests.get(0)));
            step(1, node -> node.recovery.sweep());
            step(1, node -> end(node, requests.get(1)));
            step(0, node -> end(node, requests.get(2)));
            step(0, node -> node.recovery.sweep());
            healing = true;
            Simulation.heal(database, nodes, this::check);
            invariants.checkHealed(requests, start);
            return transactions;
        }

        /** Two tokens, another tranche, two more. */
        private void answer(int node, int request) {
            for (int half = 0; half < 2; half++) {
                step(node, each -> generate(each, requests.get(request)));
                step(node, each -> generate(each, requests.get(request)));
                step(node, each -> {
                    if (requests.get(request).running) {
                        each.extend(requests.get(request), 2);
                    }
                });
            }
        }

        private static void generate(SimulatedNode node, SimulatedRequest request) {
            if (request.running) {
                node.generate(request, false);
            }
        }

        private static void end(SimulatedNode node, SimulatedRequest request) {
            if (request.running) {
                node.settle(request, request.counted == 0 ? RequestOutcome.OVERLOADED : RequestOutcome.CANCELLED, true);
            }
        }

        private interface Step {
            void on(SimulatedNode node);
        }

        private void step(int node, Step step) {
            try {
                step.on(nodes[node]);
            } catch (DataAccessException | TransactionException e) {
                return; // the client is told so
            } catch (SimulatedTransactions.Killed e) {
                nodes[node].kill(false);
                nodes[node] = node(node);
                step(node, each -> each.recovery.replayAbandoned());
            } finally {
                check();
            }
        }

        private void check() {
            invariants.check(List.of(tenant.tenantId()), requests);
        }
    }
}
