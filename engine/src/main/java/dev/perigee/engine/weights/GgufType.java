package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.GgufFormat;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensor types that a GGUF file can hold and this engine can at least measure, by their published names.
 *
 * <p>Source: the GGUF format; numbers that are missing were removed from it.
 */
enum GgufType {
    F32(0, 1, 4, null),
    F16(1, 1, 2, null),
    Q4_0(2, GgufFormat.Q4_0),
    Q4_1(3, GgufFormat.Q4_1),
    Q5_0(6, GgufFormat.Q5_0),
    Q5_1(7, GgufFormat.Q5_1),
    Q8_0(8, GgufFormat.Q8_0),
    Q8_1(9, 32, 36, null),
    Q2_K(10, GgufFormat.Q2_K),
    Q3_K(11, GgufFormat.Q3_K),
    Q4_K(12, GgufFormat.Q4_K),
    Q5_K(13, GgufFormat.Q5_K),
    Q6_K(14, GgufFormat.Q6_K),
    Q8_K(15, 256, 292, null),
    IQ2_XXS(16, GgufFormat.IQ2_XXS),
    IQ2_XS(17, GgufFormat.IQ2_XS),
    IQ3_XXS(18, GgufFormat.IQ3_XXS),
    IQ1_S(19, GgufFormat.IQ1_S),
    IQ4_NL(20, GgufFormat.IQ4_NL),
    IQ3_S(21, GgufFormat.IQ3_S),
    IQ2_S(22, GgufFormat.IQ2_S),
    IQ4_XS(23, GgufFormat.IQ4_XS),
    I8(24, 1, 1, null),
    I16(25, 1, 2, null),
    I32(26, 1, 4, null),
    I64(27, 1, 8, null),
    F64(28, 1, 8, null),
    IQ1_M(29, GgufFormat.IQ1_M),
    BF16(30, 1, 2, null),
    TQ1_0(34, GgufFormat.TQ1_0),
    TQ2_0(35, GgufFormat.TQ2_0),
    MXFP4(39, GgufFormat.MXFP4);

    private static final Map<Integer, String> UNREAD = Map.ofEntries(
            Map.entry(4, "Q4_2, removed from the format"),
            Map.entry(5, "Q4_3, removed from the format"),
            Map.entry(31, "Q4_0_4_4, removed from the format"),
            Map.entry(32, "Q4_0_4_8, removed from the format"),
            Map.entry(33, "Q4_0_8_8, removed from the format"),
            Map.entry(36, "IQ4_NL_4_4, removed from the format"),
            Map.entry(37, "IQ4_NL_4_8, removed from the format"),
            Map.entry(38, "IQ4_NL_8_8, removed from the format"),
            Map.entry(40, "NVFP4, which is not read here"),
            Map.entry(41, "Q1_0, which is not read here"),
            Map.entry(42, "Q2_0, which is not read here"));

    private final int number;
    private final int blockWeights;
    private final int blockBytes;
    private final @Nullable GgufFormat format;

    GgufType(int number, int blockWeights, int blockBytes, @Nullable GgufFormat format) {
        this.number = number;
        this.blockWeights = blockWeights;
        this.blockBytes = blockBytes;
        this.format = format;
    }

    GgufType(int number, GgufFormat format) {
        this(number, format.blockWeights(), format.blockBytes(), format);
    }

    /** The type of this number, or {@code null}. */
    static @Nullable GgufType of(int number) {
        return Arrays.stream(values())
                .filter(type -> type.number == number)
                .findFirst()
                .orElse(null);
    }

    /** What is known of a number that is no type here. */
    static String unread(int number) {
        return Integer.toUnsignedString(number) + " (" + UNREAD.getOrDefault(number, "unknown") + ")";
    }

    /** Its number in files. */
    int number() {
        return number;
    }

    /** Weights of one block; the fastest dimension holds whole ones. */
    int blockWeights() {
        return blockWeights;
    }

    /** Its decoder where it is a quantised format that can be computed with, otherwise {@code null}. */
    @Nullable
    GgufFormat format() {
        return format;
    }

    /** Bytes of so many weights, which are whole blocks. */
    long bytes(long weights) {
        return Math.multiplyExact(weights / blockWeights, (long) blockBytes);
    }
}
