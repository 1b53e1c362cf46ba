package dev.perigee.engine.kernel;

import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The SwiGLUs of one layer that a step needs, each with the rows that go through it and their factors; and the working memory for it.
 * A row that goes through a SwiGLU is a slot. Filled anew for every layer, allocates nothing once warm.
 *
 * <p>Threads: written by the engine's thread between kernel calls, read by all within one.
 */
public final class ExpertBatch {

    private final Sizes sizes;
    private final MemorySegment rows; // (slots) int32
    private final MemorySegment factors; // (slots) float32
    private final SwiGluWeights[] weights;
    private final int[] starts; // (experts + 1)
    private int size;
    private final FloatMatrix gathered; // (tokens, hiddenSize)
    private final FloatMatrix computed; // (tokens, hiddenSize)
    private final FloatMatrix gated; // (tokens, widest)
    private final FloatMatrix raised; // (tokens, widest)
    private final List<Windows> windows = new ArrayList<>();

    /**
     * What the working memory is sized by.
     *
     * @param tokens most rows of a step
     * @param experts most SwiGLUs of one layer
     * @param perToken most of them that one row goes through
     * @param hiddenSize width of x and y
     * @param widest most columns between the projections of one SwiGLU
     */
    public record Sizes(int tokens, int experts, int perToken, int hiddenSize, int widest) {

        int slots() {
            return Math.multiplyExact(tokens, perToken);
        }
    }

    /** What lies between the projections of one width. */
    record Windows(int width, FloatMatrix gated, FloatMatrix raised) {}

    /** Room for steps of these sizes. */
    public ExpertBatch(ScratchBuffers buffers, Sizes sizes) {
        this.sizes = sizes;
        this.rows = buffers.ints(sizes.slots());
        this.factors = buffers.ints(sizes.slots());
        this.weights = new SwiGluWeights[sizes.experts()];
        this.starts = new int[sizes.experts() + 1];
        this.gathered = buffers.floats(sizes.tokens(), sizes.hiddenSize());
        this.computed = buffers.floats(sizes.tokens(), sizes.hiddenSize());
        this.gated = buffers.floats(sizes.tokens(), sizes.widest());
        this.raised = buffers.floats(sizes.tokens(), sizes.widest());
    }

    /** Forgets what was there. */
    public void clear() {
        size = 0;
    }

    /** The next rows go through this one. */
    public void begin(SwiGluWeights next) {
        weights[size] = next;
        starts[size + 1] = starts[size];
        size++;
    }

    /** This row goes through the SwiGLU begun last, its result is multiplied by the factor. */
    public void add(int row, float factor) {
        int slot = starts[size]++;
        rows.setAtIndex(ValueLayout.JAVA_INT, slot, row);
        factors.setAtIndex(ValueLayout.JAVA_FLOAT, slot, factor);
    }

    int size() {
        return size;
    }

    /** Whether all that is there is one row, which goes through every SwiGLU. */
    boolean isOneRow() {
        for (int slot = 0; slot < starts[size]; slot++) {
            if (row(slot) != row(0)) {
                return false;
            }
        }
        return starts[size] == size;
    }

    SwiGluWeights weights(int expert) {
        return weights[expert];
    }

    int start(int expert) {
        return starts[expert];
    }

    int count(int expert) {
        return starts[expert + 1] - starts[expert];
    }

    int row(int slot) {
        return rows.getAtIndex(ValueLayout.JAVA_INT, slot);
    }

    float factor(int slot) {
        return factors.getAtIndex(ValueLayout.JAVA_FLOAT, slot);
    }

    MemorySegment rows() {
        return rows;
    }

    MemorySegment factors() {
        return factors;
    }

    Sizes sizes() {
        return sizes;
    }

    FloatMatrix gathered() {
        return gathered;
    }

    FloatMatrix computed() {
        return computed;
    }

    /** Working memory between projections of this width; made where it is asked for first. */
    Windows windows(int width) {
        for (int i = 0; i < windows.size(); i++) {
            if (windows.get(i).width() == width) {
                return windows.get(i);
            }
        }
        Windows made = new Windows(width, gated.columns(0, width), raised.columns(0, width));
        windows.add(made);
        return made;
    }
}
