package dev.perigee.engine.config;

/**
 * The extents that the whole model shares.
 *
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of a dense layer's feed-forward
 * @param numHiddenLayers decoder layers
 * @param vocabSize rows of the embedding and of the head
 * @param maxPositionEmbeddings the longest context in tokens
 */
public record TransformerDimensions(
        int hiddenSize, int intermediateSize, int numHiddenLayers, int vocabSize, int maxPositionEmbeddings) {

    private static final int MAX_WIDTH = 1 << 17;
    private static final int MAX_LAYERS = 512;
    private static final int MAX_VOCABULARY = 1 << 21;
    private static final int MAX_CONTEXT = 1 << 22;

    public TransformerDimensions {
        Bound.check("hidden_size", hiddenSize, 1, MAX_WIDTH);
        Bound.check("intermediate_size", intermediateSize, 1, MAX_WIDTH);
        Bound.check("num_hidden_layers", numHiddenLayers, 1, MAX_LAYERS);
        Bound.check("vocab_size", vocabSize, 1, MAX_VOCABULARY);
        Bound.check("max_position_embeddings", maxPositionEmbeddings, 1, MAX_CONTEXT);
    }
}
