package dev.perigee.engine.layer;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;

/** down( silu(gate(x)) · up(x) ). */
public final class SwiGlu implements FeedForward {

    private final Linear gate; // (width, hiddenSize)
    private final Linear up; // (width, hiddenSize)
    private final Linear down; // (hiddenSize, width)
    private final FloatMatrix gated; // (maxStepTokens, width)
    private final FloatMatrix raised; // (maxStepTokens, width)

    /** Working memory that all SwiGLUs of a model share. */
    public record Scratch(FloatMatrix gated, FloatMatrix raised) {

        /** Memory for the widest of them. */
        public static Scratch of(ScratchBuffers buffers, int maxStepTokens, int maxWidth) {
            return new Scratch(buffers.floats(maxStepTokens, maxWidth), buffers.floats(maxStepTokens, maxWidth));
        }
    }

    /** A SwiGLU of three projections over shared working memory. */
    public SwiGlu(Linear gate, Linear up, Linear down, Scratch scratch) {
        this.gate = gate;
        this.up = up;
        this.down = down;
        int width = gate.weight().rows();
        this.gated = scratch.gated().columns(0, width);
        this.raised = scratch.raised().columns(0, width);
    }

    @Override
    public void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, int rows) {
        gate.apply(kernels, x, gated, rows);
        up.apply(kernels, x, raised, rows);
        kernels.swiGlu(gated, raised, rows);
        down.apply(kernels, gated, y, rows);
    }
}
