package dev.perigee.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/**
 * Three nodes on one PostgreSQL under load, killed at random moments.
 *
 * <p>Two nodes share the folder of their journals, the third has one of its own and is often away for longer than lease and grace, so that
 * what it held is estimated and then corrected. A seed decides the load and the order of the faults, not when threads run.
 */
final class CrashRun implements AutoCloseable {

    private static final int NODES = 3;
    private static final int CLIENTS = 16;
    private static final Duration READY = Duration.ofSeconds(60);

    private final Plan plan;
    private final Random random;
    private final Path folder;
    private final CrashDatabase database;
    private final List<CrashNode> nodes = new ArrayList<>();
    private final List<CrashAdmin.Tenant> tenants = new ArrayList<>();
    private final CrashClient client = new CrashClient();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong worst = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong samples = new AtomicLong();
    private volatile boolean loading = true;
    private int nodeKills;
    private int databaseKills;
    private int suspensions;

    /**
     * What to do.
     *
     * @param seed decides load and faults
     * @param nodeKills how often a node is killed
     * @param databaseKills how often the database is killed
     * @param meanPauseMillis between two faults, on average
     * @param scripted whether the scripted engine answers, or the bundled model
     */
    record Plan(long seed, int nodeKills, int databaseKills, int meanPauseMillis, boolean scripted) {}

    /** What was found. */
    record Report(
            Plan plan,
            int nodeKills,
            int databaseKills,
            int suspensions,
            Map<RequestEnd, Long> requests,
            long generated,
            long billed,
            long samples,
            long worstOvershoot,
            long leakedHolds,
            List<String> violations) {}

    CrashRun(Plan plan, PackagedApplication application, Path folder, Path programs) throws Exception {
        this.plan = plan;
        this.random = new Random(plan.seed());
        this.folder = folder;
        this.database = new CrashDatabase(folder.resolve("postgres"), programs);
        for (int node = 0; node < NODES; node++) {
            nodes.add(new CrashNode(
                    application, plan.scripted(), properties(node), folder.resolve("node-" + node + ".log")));
            if (node == 0) {
                nodes.getFirst().awaitReady(READY.multipliedBy(2));
                makeTenants();
            }
        }
        for (CrashNode node : nodes) {
            node.awaitReady(READY.multipliedBy(2));
        }
    }

    private Path truth() {
        return folder.resolve("truth");
    }

    private List<String> properties(int node) {
        List<String> properties = new ArrayList<>(database.properties());
        properties.addAll(settings(folder));
        properties.add(
                "--perigee.billing.journal-folder=" + folder.resolve(node < 2 ? "journal-shared" : "journal-own"));
        properties.add("--logging.file.name=" + folder.resolve("perigee-" + node + ".log"));
        return properties;
    }

    /** What all nodes have in common. */
    static List<String> settings(Path folder) {
        return List.of(
                "--perigee.data-dir=" + folder.resolve("data"),
                "--perigee.admin-token=" + CrashAdmin.TOKEN,
                "--perigee.billing.lease=3s",
                "--perigee.billing.grace=2s",
                "--perigee.billing.settle-deadline=20s",
                "--perigee.completion.budgets.patience=500ms",
                "--spring.datasource.hikari.maximum-pool-size=8",
                "--spring.datasource.hikari.connection-timeout=3000",
                "--crash.truth=" + folder.resolve("truth"));
    }

    /** Half of them with budgets that are always about to end, half with ample ones. */
    private void makeTenants() throws IOException, InterruptedException {
        CrashAdmin admin = new CrashAdmin(nodes.getFirst().address());
        for (int tenant = 0; tenant < 6; tenant++) {
            tenants.add(admin.tenant(tenant % 2 == 0 ? 400 : 1_000_000_000));
        }
    }

    /** Runs load and faults, heals, measures what is held, kills everything once more, and judges. */
    Report run() throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("crash-", 0).factory())) {
            for (int number = 0; number < CLIENTS; number++) {
                Random own = new Random(random.nextLong());
                threads.submit(() -> load(own));
            }
            threads.submit(this::sample);
            threads.submit(this::raiseBudgets);
            threads.submit(this::watch);
            try {
                fault();
                heal();
            } finally {
                loading = false; // else the threads never end, and closing them waits for ever
            }
            threads.shutdown();
            threads.awaitTermination(60, TimeUnit.SECONDS);
        }
        List<String> violations = new ArrayList<>(failures);
        long leaked = leakedHolds();
        if (leaked > 0) {
            violations.add("I8: " + leaked + " reservations are held by nobody before the final restart");
        }
        phantomRefusals(violations);
        restartAll();
        return judge(violations, leaked);
    }

    private void load(Random own) {
        while (loading) {
            CrashNode node = nodes.get(own.nextInt(NODES));
            CrashNode other = nodes.get(own.nextInt(NODES));
            String key = tenants.get(own.nextInt(tenants.size())).key();
            long request = own.nextLong();
            String idempotencyKey = own.nextInt(10) == 0 ? "twice-" + request : null;
            if (idempotencyKey != null) {
                Thread.ofVirtual().start(() -> client.ask(other.port, key, new Random(request), idempotencyKey));
            }
            if (!client.ask(node.port, key, new Random(request), idempotencyKey).asWanted()) {
                pause(20 + own.nextInt(100));
            }
        }
    }

    private void sample() {
        while (loading) {
            try (Connection connection = database.connect()) {
                while (loading) {
                    worst.accumulateAndGet(database.overshoot(connection), Math::max);
                    samples.incrementAndGet();
                    pause(50);
                }
            } catch (SQLException e) {
                pause(100); // it was killed
            }
        }
    }

    /** The small budgets grow all the time, so that there is always an edge. */
    private void raiseBudgets() {
        long tokens = 400;
        while (loading) {
            pause(1_000);
            tokens += 300;
            for (int tenant = 0; tenant < tenants.size(); tenant += 2) {
                try {
                    new CrashAdmin(nodes.get(tenant % NODES).address())
                            .budget(tenants.get(tenant).id(), tokens);
                } catch (IOException e) {
                    pause(10); // that node or the database is away
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    /** Something must be completed in each minute, whatever is killed. */
    private void watch() {
        long before = -1;
        while (loading) {
            long now = client.ends().get(RequestEnd.COMPLETED);
            if (now == before) {
                failures.add("liveness: nothing was completed for 60 s");
            }
            before = now;
            for (int second = 0; loading && second < 60; second++) {
                pause(1_000);
            }
        }
    }

    private void fault() throws IOException, InterruptedException {
        while (nodeKills < plan.nodeKills() || databaseKills < plan.databaseKills()) {
            pause((long) (-Math.log(1 - random.nextDouble()) * plan.meanPauseMillis()));
            int left = plan.nodeKills() - nodeKills + plan.databaseKills() - databaseKills;
            if (random.nextInt(left) < plan.databaseKills() - databaseKills) {
                database.kill();
                databaseKills++;
                continue;
            }
            CrashNode node = nodes.get(random.nextInt(NODES));
            if (random.nextInt(12) == 0) {
                node.suspend(7_000); // longer than lease and grace: the others take it for dead, then it goes on
                suspensions++;
                continue;
            }
            node.kill(node == nodes.getLast() && random.nextInt(2) == 0 ? 6_000 : 0);
            nodeKills++;
        }
    }

    private void heal() throws InterruptedException {
        for (CrashNode node : nodes) {
            node.awaitReady(READY);
        }
        pause(3_000);
    }

    /** What is still held by requests that nobody runs, once nothing has run for some seconds. */
    private long leakedHolds() throws SQLException {
        long held = Long.MAX_VALUE;
        for (int second = 0; second < 20 && held > 0; second++) {
            pause(1_000);
            held = database.number("SELECT count(*) FROM billing.reservation WHERE state IN ('reserved', 'estimated')");
        }
        return held;
    }

    /** A tenant with room left is admitted on every node. */
    private void phantomRefusals(List<String> violations) {
        for (CrashNode node : nodes) {
            RequestEnd end = client.ask(node.port, tenants.get(1).key(), new Random(1), null);
            if (!end.asWanted()) {
                violations.add("I8: a tenant with room left asked " + node.address() + ": " + end);
            }
        }
    }

    private void restartAll() throws InterruptedException, SQLException {
        for (CrashNode node : nodes) {
            node.kill(0);
        }
        for (CrashNode node : nodes) {
            node.awaitReady(READY);
        }
        leakedHolds();
    }

    private Report judge(List<String> violations, long leaked) throws Exception {
        Map<String, CrashDatabase.Billed> billed = database.billed();
        Map<String, Integer> truth = plan.scripted() ? TruthFile.readAll(truth()) : Map.of();
        if (worst.get() > 0) {
            violations.add("I3: a hard budget was passed by " + worst.get() + " tokens");
        }
        truth.forEach((id, tokens) -> {
            int counted = billed.containsKey(id) ? billed.get(id).outputTokens() : 0;
            if (counted > tokens || counted < tokens - 1) {
                violations.add("I5 " + id + ": " + counted + " billed, " + tokens + " generated: " + billed.get(id));
            }
        });
        Set<String> billedKeys = new HashSet<>();
        for (CrashClient.Seen seen : client.seen) {
            int counted = billed.containsKey(seen.requestId())
                    ? billed.get(seen.requestId()).outputTokens()
                    : 0;
            if (counted < seen.tokens()) {
                violations.add("I6 " + seen + ": " + counted + " billed");
            }
            if (counted > 0 && seen.idempotencyKey() != null && !billedKeys.add(seen.idempotencyKey())) {
                violations.add("I4 " + seen + ": another request of this key is billed too");
            }
            if (seen.acknowledged() != null && counted != seen.acknowledged()) {
                violations.add("I7 " + seen + ": " + counted + " billed");
            }
        }
        judgeBooks(violations);
        return report(violations, leaked, truth, billed);
    }

    private void judgeBooks(List<String> violations) throws Exception {
        JsonNode books = new CrashAdmin(nodes.getFirst().address()).get("/reconciliation");
        for (String figure : List.of("drift_tokens", "open_reservations")) {
            if (books.get(figure).longValue() != 0) {
                violations.add("I1 " + figure + ": " + books);
            }
        }
        if (!books.get("drift_money").get("amount").stringValue().equals("0")) {
            violations.add("I9: " + books);
        }
        long unequal = database.number("""
                SELECT count(*) FROM billing.budget b JOIN billing.budget_window w ON w.budget_id = b.id
                WHERE w.settled <> (SELECT coalesce(sum(u.uncached_input_tokens + u.cached_input_tokens + u.output_tokens
                    + u.reasoning_tokens), 0) FROM billing.usage u WHERE u.tenant_id = b.tenant_id)""");
        if (unequal > 0) {
            violations.add("I1: " + unequal + " budgets have not settled what was used");
        }
        if (database.number("SELECT coalesce(sum(nanos), 0) FROM billing.ledger_entry") != 0) {
            violations.add("I11: the ledger is not balanced");
        }
        if (!new CrashAdmin(nodes.getFirst().address())
                .get("/audit/verify")
                .get("intact")
                .booleanValue()) {
            violations.add("I10: the audit log is not intact");
        }
    }

    private Report report(
            List<String> violations,
            long leaked,
            Map<String, Integer> truth,
            Map<String, CrashDatabase.Billed> billed) {
        return new Report(
                plan,
                nodeKills,
                databaseKills,
                suspensions,
                client.ends(),
                truth.values().stream().mapToLong(Integer::longValue).sum(),
                billed.values().stream()
                        .mapToLong(CrashDatabase.Billed::outputTokens)
                        .sum(),
                samples.get(),
                worst.get(),
                leaked,
                violations);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        loading = false;
        nodes.forEach(CrashNode::close);
        database.close();
    }
}
