package dev.perigee.engine.moe;

import dev.perigee.engine.kernel.ExpertBatch;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.kernel.SwiGluWeights;
import dev.perigee.engine.layer.FeedForward;
import dev.perigee.engine.tensor.FloatMatrix;
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
    private final List<SwiGluWeights> experts;
    private final @Nullable SwiGluWeights shared;
    private final Scratch scratch;

    /** Working memory that all layers share. */
    public static final class Scratch {

        private final RoutingDecision decision;
        private final ExpertQueue queue;
        private final ExpertBatch batch;

        /** Memory for steps of at most {@code maxStepTokens}. */
        public Scratch(int maxStepTokens, int experts, int perToken, ExpertBatch batch) {
            this.decision = new RoutingDecision(maxStepTokens, perToken);
            this.queue = new ExpertQueue(experts, maxStepTokens, perToken);
            this.batch = batch;
        }
    }

    /** A mixture of these experts; {@code shared} is {@code null} where there is no shared expert. */
    public MixtureOfExperts(
            Router router, List<SwiGluWeights> experts, @Nullable SwiGluWeights shared, Scratch scratch) {
        this.router = router;
        this.experts = List.copyOf(experts);
        this.shared = shared;
        this.scratch = scratch;
    }

    @Override
    public void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, int rows) {
        router.route(kernels, x, rows, scratch.decision);
        scratch.queue.sort(scratch.decision, rows);
        scratch.batch.clear();
        for (int expert = 0; expert < experts.size(); expert++) {
            addExpert(expert);
        }
        if (shared != null) {
            scratch.batch.begin(shared);
            for (int row = 0; row < rows; row++) {
                scratch.batch.add(row, 1f);
            }
        }
        kernels.feedForward(scratch.batch, x, y, rows);
    }

    private void addExpert(int expert) {
        ExpertQueue queue = scratch.queue;
        int count = queue.count(expert);
        if (count == 0) {
            return;
        }
        scratch.batch.begin(experts.get(expert));
        for (int i = 0; i < count; i++) {
            scratch.batch.add(queue.token(expert, i), queue.weight(expert, i));
        }
    }
}
