package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import java.util.List;

/**
 * Every weight of a model by its role.
 *
 * @param embedding embed_tokens (vocabSize, hiddenSize)
 * @param layers the decoder layers
 * @param norm the final norm (1, hiddenSize)
 * @param head lm_head (vocabSize, hiddenSize)
 */
public record ModelWeights(WeightMatrix embedding, List<LayerWeights> layers, FloatMatrix norm, WeightMatrix head) {

    public ModelWeights {
        layers = List.copyOf(layers);
    }

    /** Whether attention is quantised in a format whose inputs fast kernels round to 8 bits. */
    public boolean hasQuantisedAttention() {
        return layers.stream()
                .map(LayerWeights::attention)
                .anyMatch(attention ->
                        TileFormat.of(attention.queryUp()) != null || TileFormat.of(attention.latentDown()) != null);
    }
}
