package dev.perigee.billing.metering;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Finds the journals of dead processes: those in a folder that nobody has locked. */
public final class AbandonedJournals {

    private AbandonedJournals() {}

    /** Hands over one journal after the other, each locked for that time; what was replayed to the end is deleted. */
    public static void forEach(Path folder, Consumer<UsageJournal> replay) {
        try {
            for (Path file : files(folder)) {
                replay(file, replay);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The usage journals in " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(UsageJournal.SUFFIX))
                    .filter(file -> !UsageJournal.isOpenHere(file))
                    .sorted()
                    .toList();
        }
    }

    private static void replay(Path file, Consumer<UsageJournal> replay) throws IOException {
        String name = file.getFileName().toString();
        UUID processId = UUID.fromString(name.substring(0, name.length() - UsageJournal.SUFFIX.length()));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                return;
            }
            try (UsageJournal journal = new UsageJournal(processId, file, channel)) {
                replay.accept(journal);
                journal.finish();
            }
        } catch (NoSuchFileException e) {
            return; // somebody else was faster
        }
    }
}
