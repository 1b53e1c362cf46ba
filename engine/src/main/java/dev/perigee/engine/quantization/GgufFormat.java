package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;

/**
 * The quantised formats of GGUF, under their published names: so many weights make a block of so many bytes.
 *
 * <p>Source: the GGUF format, version 3.
 */
public enum GgufFormat {
    Q4_0(SmallBlocks.WEIGHTS, 18, SmallBlocks::q40),
    Q4_1(SmallBlocks.WEIGHTS, 20, SmallBlocks::q41),
    Q5_0(SmallBlocks.WEIGHTS, 22, SmallBlocks::q50),
    Q5_1(SmallBlocks.WEIGHTS, 24, SmallBlocks::q51),
    Q8_0(SmallBlocks.WEIGHTS, 34, SmallBlocks::q80),
    Q2_K(KBlocks.WEIGHTS, 84, KBlocks::q2k),
    Q3_K(KBlocks.WEIGHTS, 110, KBlocks::q3k),
    Q4_K(KBlocks.WEIGHTS, 144, KBlocks::q4k),
    Q5_K(KBlocks.WEIGHTS, 176, KBlocks::q5k),
    Q6_K(KBlocks.WEIGHTS, 210, KBlocks::q6k),
    IQ2_XXS(KBlocks.WEIGHTS, 66, CodebookBlocks::iq2Xxs),
    IQ2_XS(KBlocks.WEIGHTS, 74, CodebookBlocks::iq2Xs),
    IQ3_XXS(KBlocks.WEIGHTS, 98, CodebookBlocks::iq3Xxs),
    IQ1_S(KBlocks.WEIGHTS, 50, CodebookBlocks::iq1S),
    IQ4_NL(SmallBlocks.WEIGHTS, 18, SmallBlocks::iq4Nl),
    IQ3_S(KBlocks.WEIGHTS, 110, CodebookBlocks::iq3S),
    IQ2_S(KBlocks.WEIGHTS, 82, CodebookBlocks::iq2S),
    IQ4_XS(KBlocks.WEIGHTS, 136, KBlocks::iq4Xs),
    IQ1_M(KBlocks.WEIGHTS, 56, CodebookBlocks::iq1M),
    TQ1_0(KBlocks.WEIGHTS, 54, KBlocks::tq10),
    TQ2_0(KBlocks.WEIGHTS, 66, KBlocks::tq20),
    MXFP4(SmallBlocks.WEIGHTS, 17, SmallBlocks::mxfp4);

    private final int blockWeights;
    private final int blockBytes;

    @SuppressWarnings("ImmutableEnumChecker") // method references without state
    private final BlockDecoder decoder;

    GgufFormat(int blockWeights, int blockBytes, BlockDecoder decoder) {
        this.blockWeights = blockWeights;
        this.blockBytes = blockBytes;
        this.decoder = decoder;
    }

    /** Weights of one block; a row holds whole blocks. */
    public int blockWeights() {
        return blockWeights;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Bytes of a row of this many weights. */
    public long rowBytes(int columns) {
        if (columns % blockWeights != 0) {
            throw new IllegalArgumentException(
                    "columns is " + columns + ", for " + this + " it must be a multiple of " + blockWeights);
        }
        return (long) columns / blockWeights * blockBytes;
    }

    void decode(MemorySegment data, long at, float[] target, int first) {
        decoder.decode(data, at, target, first);
    }
}
