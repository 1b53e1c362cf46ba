package dev.perigee.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Nodes of the packaged application and their PostgreSQL are killed under load. Runs once the jar is there. A failing seed is run again by
 * {@code -Dcrash.seed=N}; each run adds a line to {@code target/reliability/crash.jsonl}.
 */
class CrashRunTests {

    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private static PackagedApplication application;

    @TempDir
    private Path folder;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        application = PackagedApplication.unpack(TARGET.resolve("perigee.jar"), TARGET.resolve("crash"));
    }

    @Test
    @Timeout(180)
    void nodesWhenKilledAFewTimesLoseAndInventNothing() throws Exception {
        run(new CrashRun.Plan(Long.getLong("crash.seed", 1), 4, 1, 2_500, true));
    }

    /** Four parts of 50 node kills and 13 database kills. */
    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104})
    @Tag("long")
    @Timeout(1_200)
    void nodesWhenKilledOftenLoseAndInventNothing(long seed) throws Exception {
        application.rehearse(CrashRun.settings(folder.resolve("rehearsal")));
        run(new CrashRun.Plan(seed, 50, 13, 4_000, true));
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void nodesWithTheBundledModelWhenKilledLoseAndInventNothing() throws Exception {
        run(new CrashRun.Plan(201, 6, 2, 5_000, false));
    }

    private void run(CrashRun.Plan plan) throws Exception {
        System.out.println("crash run: " + plan);
        Path programs = Path.of(
                System.getProperty("java.io.tmpdir"), "perigee-postgres-programs-" + System.getProperty("user.name"));
        CrashRun.Report report;
        try (CrashRun run = new CrashRun(plan, application, folder, programs)) {
            report = run.run();
        }
        Path file = TARGET.resolve("reliability").resolve("crash.jsonl");
        Files.createDirectories(file.getParent());
        String line = JsonMapper.shared().writeValueAsString(report) + "\n";
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        System.out.println("crash run: " + line);
        assertThat(report.violations()).isEmpty();
        assertThat(report.requests().get(RequestEnd.COMPLETED)).isPositive();
    }
}
