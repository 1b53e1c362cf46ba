package dev.perigee.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.metering.UsageJournal.Beginning;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageJournalTests {

    private static final MeasuredUsage USAGE = new MeasuredUsage(1_000_000_000, 999_999_999, 1_000_000_000, 0);

    @TempDir
    private Path folder;

    @Test
    void countWhenStoredIsReadPartByPart() {
        try (UsageJournal journal = create(1)) {
            UsageSlot slot = begun(journal, "r".repeat(64));
            assertThat(slot.usage()).isEqualTo(MeasuredUsage.NONE);
            slot.count(USAGE);
            assertThat(slot.usage()).isEqualTo(USAGE);
            MeasuredUsage reasoning = new MeasuredUsage(0, 1, 2, 3);
            slot.count(reasoning);
            assertThat(slot.usage()).isEqualTo(reasoning);
            assertThat(slot.requestId()).isEqualTo("r".repeat(64));
            assertThat(slot.outcome()).isEqualTo(RequestOutcome.INTERRUPTED);
            slot.end(RequestOutcome.TOOL_CALLS);
            assertThat(slot.outcome()).isEqualTo(RequestOutcome.TOOL_CALLS);
        }
    }

    @Test
    void beginWhenEverySlotIsTakenIsRefusedUntilOneIsFree() {
        try (UsageJournal journal = create(2)) {
            begun(journal, "first").count(USAGE);
            begun(journal, "second");
            assertThat(journal.begin("first")).isEqualTo(Beginning.BEGUN_BEFORE);
            assertThat(journal.begin("third")).isEqualTo(Beginning.FULL);
            journal.free("first");
            journal.free("first");
            assertThat(begun(journal, "third").usage()).isEqualTo(MeasuredUsage.NONE);
            assertThat(journal.begin("fourth")).isEqualTo(Beginning.FULL);
        }
    }

    @Test
    void fileWhenFinishedAndNothingIsOpenIsDeletedOnClose() throws IOException {
        UsageJournal journal = create(2);
        begun(journal, "only");
        assertThat(files()).hasSize(1);
        journal.free("only");
        journal.finish();
        journal.close();
        assertThat(files()).isEmpty();
    }

    @Test
    void fileWhenItsProcessMayHoldMoreStaysOnClose() throws IOException {
        create(2).close();
        assertThat(files()).hasSize(1);
    }

    @Test
    void journalWhenItsProcessLivesIsNotHandedOver() {
        try (UsageJournal journal = create(2)) {
            begun(journal, "running");
            AbandonedJournals.forEach(folder, abandoned -> {
                throw new AssertionError("it is in use");
            });
        }
    }

    @Test
    void journalWhenClosedWithOpenCountsIsHandedOverOnceEmptied() throws IOException {
        UsageJournal journal = create(3);
        begun(journal, "open").count(USAGE);
        begun(journal, "ended").end(RequestOutcome.LENGTH);
        UUID process = journal.processId();
        journal.close();

        AbandonedJournals.forEach(folder, abandoned -> {
            assertThat(abandoned.processId()).isEqualTo(process);
            assertThat(abandoned.find("open").orElseThrow().usage()).isEqualTo(USAGE);
            assertThat(abandoned.find("ended").orElseThrow().outcome()).isEqualTo(RequestOutcome.LENGTH);
            abandoned.free("open");
        });
        assertThat(files()).hasSize(1);
        AbandonedJournals.forEach(folder, abandoned -> {
            assertThat(abandoned.open()).extracting(UsageSlot::requestId).containsExactly("ended");
            abandoned.free("ended");
        });
        assertThat(files()).isEmpty();
    }

    @Test
    void journalWhenItsProcessLookedForAbandonedOnesIsStillItsOwn() throws Exception {
        Process process = writer();
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            lines.readLine();
            AbandonedJournals.forEach(folder, abandoned -> {
                throw new AssertionError("its process lives");
            });
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void countWhenItsProcessIsKilledIsNotLessThanWhatWasShown() throws Exception {
        Process process = writer();
        int shown = 0;
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            for (int i = 0; i < 2_000; i++) {
                shown = Integer.parseInt(lines.readLine());
            }
            process.toHandle().destroyForcibly(); // leaves what it wrote to be read
            for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                shown = Math.max(shown, Integer.parseInt(line));
            }
        }
        process.waitFor();

        List<MeasuredUsage> found = new ArrayList<>();
        AbandonedJournals.forEach(
                folder,
                journal -> found.add(journal.find("req_killed").orElseThrow().usage()));
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().inputTokens()).isEqualTo(10);
        assertThat(found.getFirst().outputTokens()).isGreaterThanOrEqualTo(shown);
    }

    private Process writer() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JournalWriter.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private UsageJournal create(int slots) {
        return UsageJournal.create(folder, UUID.randomUUID(), slots);
    }

    private static UsageSlot begun(UsageJournal journal, String requestId) {
        assertThat(journal.begin(requestId)).isEqualTo(Beginning.BEGUN);
        return journal.find(requestId).orElseThrow();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
