package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.WeightMatrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The weights behind the second norm of a decoder layer: one dense feed-forward, or experts. */
public sealed interface FeedForwardWeights {

    /**
     * One SwiGLU.
     *
     * @param gate gate_proj (width, hiddenSize)
     * @param up up_proj (width, hiddenSize)
     * @param down down_proj (hiddenSize, width)
     */
    record Dense(WeightMatrix gate, WeightMatrix up, WeightMatrix down) implements FeedForwardWeights {}

    /**
     * Routed experts and the shared one.
     *
     * @param router mlp.gate.weight (nRoutedExperts, hiddenSize)
     * @param correctionBias mlp.gate.e_score_correction_bias (nRoutedExperts), for the choice only
     * @param experts the routed experts
     * @param shared the expert of every token, or {@code null}
     */
    record Experts(
            WeightMatrix router,
            List<Float> correctionBias,
            List<Dense> experts,
            @Nullable Dense shared) implements FeedForwardWeights {

        public Experts {
            correctionBias = List.copyOf(correctionBias);
            experts = List.copyOf(experts);
        }
    }
}
