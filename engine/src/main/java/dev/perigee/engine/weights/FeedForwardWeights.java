package dev.perigee.engine.weights;

import dev.perigee.engine.config.MoeConfig;
import dev.perigee.engine.quantization.WeightMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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

        /** The bias as stored, or zeros where the model's router adds none and its files hold none. */
        static List<Float> biasOf(MoeConfig moe, Supplier<float[]> stored) {
            boolean has = moe.router().topkMethod().hasCorrectionBias();
            List<Float> bias = new ArrayList<>();
            for (float value : has ? stored.get() : new float[moe.nRoutedExperts()]) {
                bias.add(value);
            }
            return bias;
        }
    }
}
