package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.RowFormat;

/**
 * What the parts of a model are written as.
 *
 * @param experts routed experts
 * @param dense every other matrix of a layer
 * @param ends embedding, head, and the latent's projections, which lose most by few bits
 */
public record GgufMix(RowFormat experts, RowFormat dense, RowFormat ends) {

    /** Eight bits for all. */
    public static final GgufMix Q8_0 = new GgufMix(RowFormat.Q8_0, RowFormat.Q8_0, RowFormat.Q8_0);

    /** Four bits for the routed experts, as native INT4 has it, eight for all else. */
    public static final GgufMix Q4_0 = new GgufMix(RowFormat.Q4_0, RowFormat.Q8_0, RowFormat.Q8_0);

    /** Four and a half bits for the layers, eight for the ends. */
    public static final GgufMix Q4_K = new GgufMix(RowFormat.Q4_K, RowFormat.Q4_K, RowFormat.Q8_0);
}
