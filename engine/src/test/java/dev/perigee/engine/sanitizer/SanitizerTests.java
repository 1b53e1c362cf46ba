package dev.perigee.engine.sanitizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The kernels' parity suites and mutated models, each in a JVM of its own over a library built with AddressSanitizer and UBSan. */
@EnabledOnOs(OS.LINUX)
class SanitizerTests {

    private static final Path LIBRARY = Path.of("target", "sanitized");
    private static final int NO_SANITIZERS = 77;
    private static final int MUTATIONS = 200;
    private static final int LONG_MUTATIONS = 20_000;
    private static final String PARITY = "dev.perigee.engine.kernel.KernelParityTests";
    private static final String TILED_PARITY = "dev.perigee.engine.kernel.TiledKernelParityTests";
    private static final String EXPANDED_PARITY = "dev.perigee.engine.kernel.ExpandedParityTests";
    private static final String MUTATED = "dev.perigee.engine.weights.MutatedModels";
    private static final Pattern RAN = Pattern.compile("Ran (\\d+) tests without failure, 0 failed");
    private static final String OPTIONS =
            "detect_leaks=0:handle_segv=0:handle_sigfpe=0:handle_sigill=0:allow_user_segv_handler=1";

    private static int built;
    private static String runtime;

    @TempDir
    Path scratch;

    private record Run(int status, String output) {

        /** How many tests passed; -1 where one failed or the JVM did not come to its end. */
        int tests() {
            Matcher ran = RAN.matcher(output);
            return status == 0 && ran.find() ? Integer.parseInt(ran.group(1)) : -1;
        }
    }

    @BeforeAll
    static void build(@TempDir Path logs) throws Exception {
        Path told = logs.resolve("out");
        Path errors = logs.resolve("errors");
        built = new ProcessBuilder("sh", "src/test/native/sanitized.sh", LIBRARY.toString())
                .redirectOutput(told.toFile())
                .redirectError(errors.toFile())
                .start()
                .waitFor();
        runtime = Files.readString(told).strip();
        assertThat(built).as(runtime + Files.readString(errors)).isIn(0, NO_SANITIZERS);
    }

    /** Before each, so that every test is counted as skipped. */
    @BeforeEach
    void requireSanitizers() {
        assumeTrue(built != NO_SANITIZERS, runtime);
    }

    @Test
    void paritySuiteWhenSanitizedIsClean() throws Exception {
        Run run = run(Map.of(), List.of(), PARITY, TILED_PARITY, EXPANDED_PARITY);

        assertThat(run.tests()).as(run.output()).isGreaterThan(30);
    }

    @Test
    void modelsWhenMutatedAndSanitizedAreRefusedOrComputed() throws Exception {
        requireMutationsClean(MUTATIONS);
    }

    @Tag("long")
    @RepeatedTest(20)
    void paritySuiteWhenSanitizedWithOtherNumbersIsClean() throws Exception {
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("parity suite under the sanitizers, seed " + seed);
        Run run = run(Map.of(), List.of("-Dperigee.test.seed=" + seed), PARITY, TILED_PARITY);

        assertThat(run.tests()).as(run.output()).isGreaterThan(30);
    }

    @Tag("long")
    @Test
    void modelsWhenMutatedLongAndSanitizedAreRefusedOrComputed() throws Exception {
        requireMutationsClean(LONG_MUTATIONS);
    }

    @Test
    void readWhenPlantedBehindAWeightIsTold() throws Exception {
        Run run = run(Map.of("PERIGEE_PLANTED_READ", "1"), List.of(), PARITY + "#normWhenSizesAreAwkwardEqualsOracle");

        assertThat(run.status()).isNotZero();
        assertThat(run.output())
                .contains("AddressSanitizer: heap-buffer-overflow")
                .contains("READ of size 4")
                .contains("libperigee_kernels");
    }

    @Test
    void readWhenBeyondAMappedTensorIsTold() throws Exception {
        Run run = run(Map.of(), List.of(), "dev.perigee.engine.weights.ReadBeyondTensor");

        assertThat(run.status()).isNotZero();
        assertThat(run.output()).contains("AddressSanitizer: use-after-poison").contains("libperigee_kernels");
    }

    @Test
    void overflowWhenPlantedIsTold() throws Exception {
        Run run = run(
                Map.of("PERIGEE_PLANTED_OVERFLOW", "1"),
                List.of(),
                PARITY + "#additionWhenSizesAreAwkwardEqualsOracle");

        assertThat(run.status()).isNotZero();
        assertThat(run.output())
                .contains("runtime error: signed integer overflow")
                .contains("elementwise.inc");
    }

    private void requireMutationsClean(int mutations) throws Exception {
        long seed = ThreadLocalRandom.current().nextLong();
        Run run =
                run(Map.of(), List.of("-Dperigee.test.mutations=" + mutations, "-Dperigee.test.seed=" + seed), MUTATED);
        run.output().lines().filter(line -> line.contains("mutations")).forEach(System.out::println);

        assertThat(run.tests()).as("seed " + seed + "\n" + run.output()).isPositive();
    }

    private Run run(Map<String, String> environment, List<String> options, String... classes)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dperigee.test.asan=" + runtime));
        command.addAll(options);
        command.addAll(
                List.of("-cp", LIBRARY + ":" + System.getProperty("java.class.path"), SanitizedRun.class.getName()));
        command.addAll(List.of(classes));
        Path output = scratch.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("LD_PRELOAD", runtime);
        builder.environment().put("ASAN_OPTIONS", OPTIONS);
        builder.environment().put("UBSAN_OPTIONS", "print_stacktrace=1");
        Process process = builder.start();
        if (!process.waitFor(30, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("no end: " + Files.readString(output));
        }
        String told = Files.readString(output);
        return new Run(process.exitValue(), told.replaceAll("(?m)^ +#.*<unknown module>.*\n", ""));
    }
}
