package dev.perigee.billing.metering;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The counts of all running requests of one process, in a file of its own that is mapped to memory.
 *
 * <p>A store into the mapping is in the operating system's hands at once: it outlives a killed process without any write of ours. It does not
 * outlive a machine that loses its power; PostgreSQL's own promise begins with the settlement.
 *
 * <p>The file is locked for as long as its process lives, so that nobody else replays it before ({@link AbandonedJournals}).
 *
 * <p>Threads: safe. What still counts after {@link #close} does no harm and is in vain.
 */
public final class UsageJournal implements AutoCloseable {

    static final String SUFFIX = ".journal";

    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final UUID processId;
    private final Path file;
    private final FileChannel channel;
    private final Queue<UsageSlot> free = new ConcurrentLinkedQueue<>();
    private final Map<String, UsageSlot> open = new ConcurrentHashMap<>();
    private volatile boolean finished;

    /** What became of {@link #begin}. */
    public enum Beginning {
        /** The request is counted from now on. */
        BEGUN,
        /** It was being counted already. */
        BEGUN_BEFORE,
        /** Every slot is taken. */
        FULL
    }

    /** The journal in this file, whose lock the channel holds. */
    UsageJournal(UUID processId, Path file, FileChannel channel) throws IOException {
        this.processId = processId;
        this.file = file;
        this.channel = channel;
        OPEN_HERE.add(real(file));
        MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, channel.size(), Arena.ofAuto());
        for (long offset = 0; offset + UsageSlot.BYTES <= memory.byteSize(); offset += UsageSlot.BYTES) {
            UsageSlot slot = new UsageSlot(memory.asSlice(offset, UsageSlot.BYTES));
            if (slot.isFree()) {
                free.add(slot);
            } else {
                open.put(slot.requestId(), slot);
            }
        }
    }

    /**
     * Makes the journal of a process.
     *
     * @param folder where journals are; made where it is missing
     * @param slots how many requests can run at the same time, at least 1
     */
    public static UsageJournal create(Path folder, UUID processId, int slots) {
        Path file = folder.resolve(processId + SUFFIX);
        try {
            Files.createDirectories(folder);
            Path unlocked =
                    folder.resolve(processId + ".new"); // nobody looks at that, so nobody can be faster with the lock
            FileChannel channel = FileChannel.open(
                    unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new IOException("it is locked by another process");
            }
            channel.write(ByteBuffer.allocate(1), (long) slots * UsageSlot.BYTES - 1);
            OPEN_HERE.add(real(file));
            Files.move(unlocked, file, StandardCopyOption.ATOMIC_MOVE);
            return new UsageJournal(processId, file, channel);
        } catch (IOException e) {
            throw new UncheckedIOException("The usage journal " + file + " cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * Whether this very process has the journal in a file open. It must not open that again: the operating system takes a lock away from a
     * process that closes any channel to the file.
     */
    static boolean isOpenHere(Path file) {
        return OPEN_HERE.contains(real(file));
    }

    private static Path real(Path file) {
        return file.toAbsolutePath().normalize();
    }

    /** The process whose journal it is. */
    public UUID processId() {
        return processId;
    }

    /** The folder that the file is in. */
    public Path folder() {
        return Objects.requireNonNull(file.getParent(), "it was made in a folder");
    }

    /** Begins the count of a request. */
    public Beginning begin(String requestId) {
        UsageSlot slot = free.poll();
        if (slot == null) {
            return open.containsKey(requestId) ? Beginning.BEGUN_BEFORE : Beginning.FULL;
        }
        if (open.putIfAbsent(requestId, slot) != null) {
            free.add(slot);
            return Beginning.BEGUN_BEFORE;
        }
        slot.begin(requestId);
        return Beginning.BEGUN;
    }

    /** The count of a running request; nothing where it is not counted here, or no more. */
    public Optional<UsageSlot> find(String requestId) {
        return Optional.ofNullable(open.get(requestId));
    }

    /** Gives a request's slot back; only once nothing of the request is left to settle. Again changes nothing. */
    public void free(String requestId) {
        UsageSlot slot = open.remove(requestId);
        if (slot != null) {
            slot.free();
            free.add(slot);
        }
    }

    /** The counts of all requests that are not settled. */
    public List<UsageSlot> open() {
        return List.copyOf(open.values());
    }

    /**
     * Says that its process holds nothing that is not in an open slot either. Until then the file stays, for by it others know that the process
     * may have left something.
     */
    public void finish() {
        finished = true;
    }

    /** Closes the file; where it is finished, without an open count, it is deleted. */
    @Override
    public void close() {
        try {
            if (finished && open.isEmpty()) {
                Files.deleteIfExists(file);
            }
            channel.close();
            OPEN_HERE.remove(real(file));
        } catch (IOException e) {
            throw new UncheckedIOException("The usage journal " + file + " cannot be closed", e);
        }
    }
}
