package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;

import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetMode;
import dev.perigee.billing.budget.BudgetOwner;
import dev.perigee.billing.budget.BudgetPeriod;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.TransactionException;
import org.springframework.util.FileSystemUtils;

/**
 * Three nodes, three tenants with hard budgets and a few hundred steps that a seed decides: requests, tranches, tokens, settlements, several of
 * these at the same moment, sweeps, leases, a clock that jumps, transactions that fail in every way, kills, pauses, journals that are lost. The
 * code that holds, meters and settles is the product's own over a real PostgreSQL; only the engine, the clock, the outcomes and the order are
 * simulated.
 *
 * <p>The invariants are checked after each step that may have changed the database; in the end everything is healed, and nothing may be held or be billed wrongly.
 */
final class Simulation {

    static final int STEPS = 250;
    private static final int NODES = 3;
    private static final int DAY = 86_400;
    private static final int YEARS = 4;
    private static final long NANOS_A_TOKEN = 1_700; // prompt and answer mixed

    private final SimulatedDatabase database;
    private final Random random;
    private final SimulatedInvariants invariants;
    private final Path folder;
    private final Instant start;
    private final SimulatedNode[] nodes = new SimulatedNode[NODES];
    private final boolean[] paused = new boolean[NODES];
    private final List<CostAttribution> tenants = new ArrayList<>();
    private final List<BudgetPeriod> periods = new ArrayList<>();
    private final List<Long> limits = new ArrayList<>();
    private final List<SimulatedRequest> requests = new ArrayList<>();
    private final Map<SimulatedOutcome, Integer> outcomes = new EnumMap<>(SimulatedOutcome.class);
    private final String prefix;
    private boolean quiet;
    private int operations;
    private int shared;
    /** Whether the step may have changed the database. */
    private boolean touched;

    Simulation(SimulatedDatabase database, long seed) {
        this.database = database;
        this.random = new Random(seed);
        this.invariants = new SimulatedInvariants(database);
        this.prefix = "s" + seed + "-";
        this.start = SimulatedDatabase.START.plusSeconds(random.nextInt(YEARS * 365 * DAY));
        database.setClock(start);
        try {
            this.folder = Files.createTempDirectory("perigee-simulation-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (BudgetPeriod period : BudgetPeriod.values()) {
            tenant(period);
        }
        for (int node = 0; node < NODES; node++) {
            nodes[node] = node(node);
        }
    }

    private void tenant(BudgetPeriod period) {
        UUID id = uuid();
        CostAttribution tenant = new CostAttribution(id, uuid(), uuid(), USD, null);
        periods.add(period);
        limits.add(0L);
        tenants.add(tenant);
        raise(tenants.size() - 1, 40 + random.nextInt(80));
    }

    /** Raises the budgets a little, so that there is always an edge: tokens of the tenant, money of its key. */
    private void raise(int number, int more) {
        limits.set(number, limits.get(number) + more);
        UUID id = tenants.get(number).tenantId();
        UUID key = tenants.get(number).apiKeyId();
        BudgetLimit tokens = new BudgetLimit.OfTokens(limits.get(number));
        BudgetLimit money = new BudgetLimit.OfMoney(new Money(limits.get(number) * NANOS_A_TOKEN, USD));
        database.budgets.replace(
                new BudgetOwner(id, LimitScope.TENANT, id, ZoneOffset.UTC),
                List.of(new Budget(periods.get(number), tokens, BudgetMode.HARD)));
        database.budgets.replace(
                new BudgetOwner(id, LimitScope.API_KEY, key, ZoneOffset.UTC),
                List.of(new Budget(BudgetPeriod.DAY, money, BudgetMode.HARD)));
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    /** Two nodes share a machine, and so a folder; the third has its own. */
    private SimulatedNode node(int number) {
        return new SimulatedNode(database, uuid(), folder.resolve(number < 2 ? "shared" : "own"), this::nextOutcome);
    }

    private SimulatedOutcome nextOutcome() {
        SimulatedOutcome outcome = quiet || random.nextInt(100) >= 12
                ? SimulatedOutcome.OK
                : SimulatedOutcome.values()[random.nextInt(SimulatedOutcome.values().length)];
        outcomes.merge(outcome, 1, Integer::sum);
        return outcome;
    }

    /** How many operations were run. */
    int operations() {
        return operations;
    }

    /** How often something was written together for several requests, or tried. */
    int shared() {
        return shared
                + Arrays.stream(nodes).mapToInt(node -> node.shared.shared()).sum();
    }

    Map<SimulatedOutcome, Integer> outcomes() {
        return outcomes;
    }

    /** Runs it; a quarter of all runs has no fault until its end. */
    void run() {
        try {
            quiet = random.nextInt(4) == 0;
            for (int step = 0; step < STEPS; step++) {
                touched = true;
                step();
                if (touched) {
                    check();
                }
            }
            heal();
            invariants.checkHealed(requests, start);
            for (CostAttribution tenant : tenants) {
                checkNoPhantomRefusal(tenant);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder.toFile());
        }
    }

    private void check() {
        invariants.check(tenants.stream().map(CostAttribution::tenantId).toList(), requests);
    }

    private void step() {
        int node = random.nextInt(NODES);
        if (paused[node]) {
            paused[node] = random.nextInt(12) != 0;
            touched = false;
            return;
        }
        operations++;
        try {
            outlive(() -> act(node, random.nextInt(100)));
        } catch (SimulatedTransactions.Killed e) {
            restart(node);
        }
    }

    /** Does it, also where the database is lost on the way. */
    private static void outlive(Runnable step) {
        try {
            step.run();
        } catch (DataAccessException | TransactionException e) {
            if (e instanceof DataIntegrityViolationException) {
                throw new AssertionError("the database had to refuse: " + e.getMessage(), e);
            }
        }
    }

    private void act(int node, int dice) {
        SimulatedNode acting = nodes[node];
        List<SimulatedRequest> running = acting.running();
        if (dice < 10 || dice < 64 && running.isEmpty()) {
            reserve(acting);
        } else if (dice < 13) {
            crowd(acting, new ArrayList<>(running));
        } else if (dice < 64) {
            goOn(acting, running.get(random.nextInt(running.size())), random.nextInt(52));
        } else if (dice < 72) {
            raise(random.nextInt(tenants.size()), 1 + random.nextInt(20));
        } else if (dice < 90) {
            keepUp(acting, random.nextInt(18));
        } else if (dice < 95) {
            database.moveClock(random.nextInt(15) == 0 ? DAY : random.nextInt(75));
            touched = false;
        } else if (dice < 97 && !quiet) {
            restart(node);
        } else if (dice < 98) {
            paused[node] = true;
            touched = false;
        } else {
            acting.recovery.replayAbandoned();
        }
    }

    /** Two to four requests come or end at the same moment. */
    private void crowd(SimulatedNode acting, List<SimulatedRequest> running) {
        Collections.shuffle(running, random);
        List<Runnable> steps = new ArrayList<>();
        for (int left = 2 + random.nextInt(3); left > 0; left--) {
            Runnable step = running.isEmpty() || random.nextBoolean()
                    ? () -> reserve(acting)
                    : settling(acting, running.removeLast());
            steps.add(() -> outlive(step));
        }
        operations += steps.size() - 1;
        acting.shared.atOnce(steps);
    }

    private Runnable settling(SimulatedNode acting, SimulatedRequest request) {
        return () -> acting.settle(request, ending(request), random.nextBoolean());
    }

    private void reserve(SimulatedNode acting) {
        List<SimulatedRequest> admitted =
                requests.stream().filter(request -> request.reservation != null).toList();
        boolean duplicate = !admitted.isEmpty() && random.nextInt(5) == 0;
        String id = duplicate ? admitted.get(random.nextInt(admitted.size())).id : prefix + requests.size();
        CostAttribution tenant = tenants.get(random.nextInt(tenants.size()));
        SimulatedRequest request = new SimulatedRequest(id, tenant, 1 + random.nextInt(20), 1 + random.nextInt(30));
        if (!duplicate) {
            requests.add(request);
        }
        if (acting.reserve(request) && duplicate) {
            throw new AssertionError("I4 " + id + ": admitted twice");
        }
    }

    private void goOn(SimulatedNode acting, SimulatedRequest request, int dice) {
        if (dice < 24) {
            for (int tokens = random.nextInt(3); tokens >= 0; tokens--) {
                acting.generate(request, !quiet && random.nextInt(300) == 0);
            }
            touched = false;
        } else if (dice < 42) {
            acting.extend(request, 1 + random.nextInt(8));
        } else {
            settling(acting, request).run();
        }
    }

    private static RequestOutcome ending(SimulatedRequest request) {
        if (request.counted == 0) {
            return RequestOutcome.OVERLOADED;
        }
        return request.counted == request.wanted ? RequestOutcome.LENGTH : RequestOutcome.CANCELLED;
    }

    private void keepUp(SimulatedNode acting, int dice) {
        if (dice < 5) {
            acting.lease.renew();
            touched = false;
        } else if (dice < 9) {
            acting.recovery.sweep();
        } else if (dice < 13) {
            acting.recovery.checkpoint();
        } else {
            acting.deadProcesses.estimate();
        }
    }

    private void restart(int node) {
        shared += nodes[node].shared.shared();
        nodes[node].kill(random.nextInt(6) == 0);
        nodes[node] = node(node);
        paused[node] = false;
        operations++;
        replayAtStart(node);
    }

    /** A start whose replay fails is tried again by the timer. */
    private void replayAtStart(int node) {
        try {
            nodes[node].recovery.replayAbandoned();
        } catch (DataAccessException | TransactionException e) {
            return;
        } catch (SimulatedTransactions.Killed e) {
            restart(node);
        }
    }

    /** No more faults: everything that runs ends, the dead are found, an administrator gives up what is lost. */
    private void heal() {
        quiet = true;
        heal(database, nodes, this::check);
        requests.stream().filter(request -> request.journalLost).forEach(request -> {
            nodes[0].deadProcesses.giveUp(request.id);
            check();
        });
    }

    /** Everything that runs ends, and the nodes live on for longer than a dead one's lease and the grace. */
    static void heal(SimulatedDatabase database, SimulatedNode[] nodes, Runnable check) {
        for (SimulatedNode node : nodes) {
            node.running().forEach(request -> node.settle(request, ending(request), true));
        }
        for (int round = 0; round < 4; round++) {
            for (SimulatedNode node : nodes) {
                node.lease.renew();
                node.recovery.sweep();
                node.recovery.replayAbandoned();
                node.deadProcesses.estimate();
                check.run();
            }
            database.moveClock(SimulatedNode.LEASE_SECONDS - 1);
        }
    }

    /** What is left of the tenant's budgets can be reserved to the last token. */
    private void checkNoPhantomRefusal(CostAttribution tenant) {
        long left = Math.min(left(tenant, LimitScope.TENANT, 1), left(tenant, LimitScope.API_KEY, RATE.outputNanos()));
        if (left < 3) {
            return;
        }
        SimulatedRequest last = new SimulatedRequest(prefix + "last-" + tenant.tenantId(), tenant, 1, 1);
        requests.add(last);
        if (!nodes[0].reserve(last)) {
            throw new AssertionError("I8 " + tenant.tenantId() + ": refused, though " + left + " tokens are left");
        }
        nodes[0].settle(last, RequestOutcome.OVERLOADED, true);
    }

    private long left(CostAttribution tenant, LimitScope scope, long unit) {
        BudgetOwner owner = new BudgetOwner(tenant.tenantId(), scope, scope.idIn(tenant), ZoneOffset.UTC);
        return database.budgets.standings(owner).getFirst().available() / unit;
    }

    /** How long the simulated time was. */
    Duration simulated() {
        return Duration.between(start, database.now());
    }
}
