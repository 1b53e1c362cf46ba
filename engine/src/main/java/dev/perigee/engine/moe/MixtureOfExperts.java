package dev.perigee.engine.moe;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.layer.FeedForward;
import dev.perigee.engine.layer.SwiGlu;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routed experts' weighted sum, plus the shared expert as it is.
 *
 * <p>Each expert sees its tokens of the step together. A token's sum runs over its experts in ascending order whatever else is in the
 * step.
 */
public final class MixtureOfExperts implements FeedForward {

    private final Router router;
    private final List<SwiGlu> experts;
    private final @Nullable SwiGlu shared;
    private final Scratch scratch;

    /** Working memory that all layers share. */
    public static final class Scratch {

        private final RoutingDecision decision;
        private final ExpertQueue queue;
        private final FloatMatrix gathered; // (maxStepTokens, hiddenSize)
        private final FloatMatrix computed; // (maxStepTokens, hiddenSize)

        /** Memory for steps of at most {@code maxStepTokens}. */
        public Scratch(ScratchBuffers buffers, Sizes sizes) {
            this.decision = new RoutingDecision(sizes.maxStepTokens(), sizes.perToken());
            this.queue = new ExpertQueue(sizes.experts(), sizes.maxStepTokens(), sizes.perToken());
            this.gathered = buffers.floats(sizes.maxStepTokens(), sizes.hiddenSize());
            this.computed = buffers.floats(sizes.maxStepTokens(), sizes.hiddenSize());
        }
    }

    /** What the working memory is sized by. */
    public record Sizes(int maxStepTokens, int hiddenSize, int experts, int perToken) {}

    /** A mixture of these experts; {@code shared} is {@code null} where there is no shared expert. */
    public MixtureOfExperts(Router router, List<SwiGlu> experts, @Nullable SwiGlu shared, Scratch scratch) {
        this.router = router;
        this.experts = List.copyOf(experts);
        this.shared = shared;
        this.scratch = scratch;
    }

    @Override
    public void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, int rows) {
        router.route(kernels, x, rows, scratch.decision);
        scratch.queue.sort(scratch.decision, rows);
        for (int row = 0; row < rows; row++) {
            y.clearRow(row);
        }
        for (int expert = 0; expert < experts.size(); expert++) {
            addExpert(kernels, expert, x, y);
        }
        if (shared != null) {
            shared.apply(kernels, x, scratch.computed, rows);
            for (int row = 0; row < rows; row++) {
                kernels.addScaled(scratch.computed, row, 1f, y, row);
            }
        }
    }

    private void addExpert(Kernels kernels, int expert, FloatMatrix x, FloatMatrix y) {
        ExpertQueue queue = scratch.queue;
        int count = queue.count(expert);
        if (count == 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            scratch.gathered.copyRowFrom(x, queue.token(expert, i), i);
        }
        experts.get(expert).apply(kernels, scratch.gathered, scratch.computed, count);
        for (int i = 0; i < count; i++) {
            kernels.addScaled(scratch.computed, i, queue.weight(expert, i), y, queue.token(expert, i));
        }
    }
}
