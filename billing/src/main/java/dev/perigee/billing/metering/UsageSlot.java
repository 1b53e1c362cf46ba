package dev.perigee.billing.metering;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * The count of one running request in the mapped journal: what it stores outlives the process, though not the machine.
 *
 * <pre>
 * offset  0  int     0 free, 1 running, 2 ended
 *         4  int     bytes of the outcome's word, where it has ended
 *         8  long    prompt tokens: uncached in the upper half, cached in the lower one
 *        16  long    generated tokens: all of them in the upper half, those of the reasoning in the lower one
 *        24  int     bytes of the request's id
 *        28  byte[]  the request's id, ASCII, at most 64
 *        96  byte[]  the outcome's word, ASCII, at most 32
 * </pre>
 *
 * <p>Each pair is stored at once, so that a kill between two stores cannot tear it.
 *
 * <p>Threads: one writer of the count at a time; readers any.
 */
public final class UsageSlot {

    static final int BYTES = 128;

    private static final int FREE = 0;
    private static final int RUNNING = 1;
    private static final int ENDED = 2;
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long STATE = 0;
    private static final long OUTCOME_LENGTH = 4;
    private static final long PROMPT = 8;
    private static final long GENERATED = 16;
    private static final long ID_LENGTH = 24;
    private static final long ID = 28;
    private static final long OUTCOME = 96;

    private final MemorySegment memory;

    /** The slot in this piece of {@link #BYTES} bytes. */
    UsageSlot(MemorySegment memory) {
        this.memory = memory;
    }

    /** Begins the count of a request; its state is stored last. */
    void begin(String requestId) {
        LONG.setOpaque(memory, PROMPT, 0L);
        LONG.setOpaque(memory, GENERATED, 0L);
        write(ID_LENGTH, ID, requestId);
        INT.setRelease(memory, STATE, RUNNING);
    }

    /** Stores what the request has taken so far; call it before anybody can see the token. */
    public void count(MeasuredUsage soFar) {
        LONG.setOpaque(memory, PROMPT, soFar.uncachedInput() << Integer.SIZE | soFar.cachedInput());
        LONG.setRelease(memory, GENERATED, soFar.outputTokens() << Integer.SIZE | soFar.reasoning());
    }

    /** Stores that the request has ended, so that whoever finds the slot later settles it as it would have been. */
    public void end(RequestOutcome outcome) {
        write(OUTCOME_LENGTH, OUTCOME, outcome.word());
        INT.setRelease(memory, STATE, ENDED);
    }

    void free() {
        INT.setRelease(memory, STATE, FREE);
    }

    boolean isFree() {
        return state() == FREE;
    }

    /** Whether the request has ended and only its settlement is missing. */
    public boolean ended() {
        return state() == ENDED;
    }

    /** How the request ended; {@link RequestOutcome#INTERRUPTED} where it had not. */
    public RequestOutcome outcome() {
        return ended() ? RequestOutcome.ofWord(read(OUTCOME_LENGTH, OUTCOME)) : RequestOutcome.INTERRUPTED;
    }

    /** The request. */
    public String requestId() {
        return read(ID_LENGTH, ID);
    }

    private void write(long lengthAt, long at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        INT.setOpaque(memory, lengthAt, bytes.length);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at, bytes.length);
    }

    private String read(long lengthAt, long at) {
        byte[] bytes = new byte[(int) INT.getOpaque(memory, lengthAt)];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** What it has taken so far. */
    public MeasuredUsage usage() {
        long prompt = (long) LONG.getAcquire(memory, PROMPT);
        long generated = (long) LONG.getAcquire(memory, GENERATED);
        int reasoning = (int) generated;
        return new MeasuredUsage(
                prompt >>> Integer.SIZE, (int) prompt, (generated >>> Integer.SIZE) - reasoning, reasoning);
    }

    private int state() {
        return (int) INT.getAcquire(memory, STATE);
    }
}
