package dev.perigee.engine.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs Jazzer on every target, each in a JVM of its own; the seed and the number of executions are printed. */
class LoaderFuzzTests {

    private static final int SECONDS = 5;

    /** One hour in all where the property says nothing else, shared out over the targets, each on both cores. */
    private static final int LONG_SECONDS =
            Integer.getInteger("perigee.test.fuzz-seconds", 3600) / targets().size();

    private static final int LONG_PROCESSES = 2;
    private static final int LEAST_EXECUTIONS = 100;

    /** Where others take the machine, the target's first steps alone can take the seconds. */
    private static final int BUSY_FACTOR = 6;

    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");

    @TempDir
    Path scratch;

    private record Run(int status, String output, long executions) {}

    static List<Class<?>> targets() {
        return List.of(
                GgufFuzz.class,
                GgufVocabularyFuzz.class,
                SafetensorsFuzz.class,
                ShardIndexFuzz.class,
                ConfigFuzz.class,
                TiktokenFuzz.class,
                TokenizerJsonFuzz.class);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void loaderWhenFuzzedShortlyOnlyRefuses(Class<?> target) throws Exception {
        requireNoFinding(target, SECONDS);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("targets")
    void loaderWhenFuzzedLongOnlyRefuses(Class<?> target) throws Exception {
        Path seeds = Seeds.of(target, scratch);
        long executions = 0;
        try (ExecutorService both = Executors.newFixedThreadPool(LONG_PROCESSES)) {
            Callable<Run> one = () -> fuzz(target, seeds, LONG_SECONDS);
            for (Future<Run> ended : both.invokeAll(Collections.nCopies(LONG_PROCESSES, one))) {
                assertThat(ended.get().status()).as(ended.get().output()).isZero();
                executions += ended.get().executions();
            }
        }
        System.out.println(target.getSimpleName() + ": " + executions + " executions in all");
        assertThat(executions).isGreaterThan(LEAST_EXECUTIONS);
    }

    @Test
    void fuzzerWhenThereIsABugTells() throws Exception {
        Run run = fuzz(PlantedFuzz.class, Files.createDirectories(scratch.resolve("seeds")), 60);

        assertThat(run.status()).isNotZero();
        assertThat(run.output()).contains("the planted bug");
    }

    private void requireNoFinding(Class<?> target, int seconds) throws Exception {
        Path seeds = Seeds.of(target, scratch);
        Run run = fuzz(target, seeds, seconds);
        if (run.status() == 0 && run.executions() <= LEAST_EXECUTIONS) {
            run = fuzz(target, seeds, seconds * BUSY_FACTOR);
        }

        assertThat(run.status()).as(run.output()).isZero();
        assertThat(run.executions()).as(run.output()).isGreaterThan(LEAST_EXECUTIONS);
    }

    private Run fuzz(Class<?> target, Path seeds, int seconds) throws IOException, InterruptedException {
        int seed = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        Path output = Files.createTempFile(scratch, "output", ".txt");
        Process process = new ProcessBuilder(command(target, seeds, seconds, seed))
                .directory(scratch.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int status = process.waitFor();
        String told = Files.readString(output);
        Matcher done = DONE.matcher(told);
        long executions = done.find() ? Long.parseLong(done.group(1)) : 0;
        System.out.println(
                target.getSimpleName() + ": " + executions + " executions in " + seconds + " s, seed " + seed);
        return new Run(status, told.substring(Math.max(0, told.length() - 4000)), executions);
    }

    /**
     * Through a shell that forks: a process which Java starts directly inherits the peak memory of this JVM (exec keeps {@code ru_maxrss}), and the
     * fuzzer would take that for its own and stop as out of memory.
     */
    private static List<String> command(Class<?> target, Path seeds, int seconds, int seed) {
        return List.of(
                "sh",
                "-c",
                "\"$@\"; exit $?",
                "fuzz",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.perigee.engine.**",
                "-max_total_time=" + seconds,
                "-seed=" + seed,
                seeds.toString());
    }
}
