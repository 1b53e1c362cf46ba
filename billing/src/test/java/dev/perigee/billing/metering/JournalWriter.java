package dev.perigee.billing.metering;

import java.nio.file.Path;
import java.util.UUID;

/** A process that looks for the journals of dead ones, then counts tokens until it is killed, and shows each once it is counted. */
final class JournalWriter {

    private JournalWriter() {}

    public static void main(String[] arguments) {
        UsageJournal journal = UsageJournal.create(Path.of(arguments[0]), UUID.randomUUID(), 4);
        AbandonedJournals.forEach(Path.of(arguments[0]), abandoned -> {});
        journal.begin("req_killed");
        UsageSlot slot = journal.find("req_killed").orElseThrow();
        for (int tokens = 1; ; tokens++) {
            slot.count(new MeasuredUsage(7, 3, tokens - tokens / 2, tokens / 2));
            System.out.println(tokens);
        }
    }
}
