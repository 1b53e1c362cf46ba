package dev.perigee.engine.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowFormatTests {

    private static final int COLUMNS = 1024;

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] row = new float[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            row[i] = (float) (0.05 * random.nextGaussian());
        }
        return row;
    }

    private static float[] roundTrip(RowFormat format, float[] row) {
        MemorySegment target = MemorySegment.ofArray(new byte[format.rowBytes(row.length)]);
        format.encode(row, row.length, target);
        WeightMatrix matrix = switch (format) {
            case F32 -> new F32Weights(target, 1, row.length);
            case BF16 -> new Bf16Weights(target, 1, row.length);
            case Q8_0 -> new GgufWeights(GgufFormat.Q8_0, target, 1, row.length);
            case Q4_0 -> new GgufWeights(GgufFormat.Q4_0, target, 1, row.length);
            case Q4_K -> new GgufWeights(GgufFormat.Q4_K, target, 1, row.length);
        };
        float[] decoded = new float[row.length];
        matrix.decodeRow(0, decoded);
        return decoded;
    }

    @ParameterizedTest
    @CsvSource({"F32,0", "BF16,0.0025", "Q8_0,0.007", "Q4_0,0.12", "Q4_K,0.08"})
    void rowWhenWrittenAndReadIsTheSameWithinTheFormatsError(RowFormat format, double bound) {
        for (long seed = 1; seed <= 20; seed++) {
            float[] row = random(seed);
            float[] decoded = roundTrip(format, row);
            double off = 0;
            double all = 0;
            for (int i = 0; i < COLUMNS; i++) {
                off += Math.pow(decoded[i] - row[i], 2);
                all += Math.pow(row[i], 2);
            }
            assertThat(Math.sqrt(off / all)).as("seed %d", seed).isLessThanOrEqualTo(bound);
        }
    }

    @ParameterizedTest
    @CsvSource({"F32", "BF16", "Q8_0", "Q4_0", "Q4_K"})
    void rowOfZerosStaysOne(RowFormat format) {
        for (float value : roundTrip(format, new float[COLUMNS])) {
            assertThat(value).isZero();
        }
    }

    @Test
    void rowWhenAlreadyOfTheFormatIsUnchanged() {
        for (RowFormat format : RowFormat.values()) {
            float[] once = roundTrip(format, random(3));
            double off = 0;
            float[] twice = roundTrip(format, once);
            for (int i = 0; i < COLUMNS; i++) {
                off = Math.max(off, Math.abs(twice[i] - once[i]));
            }
            assertThat(off).as("%s", format).isLessThan(format == RowFormat.Q4_K ? 0.02 : 1e-4);
        }
    }

    @Test
    void bf16WhenHalfwayGoesToTheEvenNeighbour() {
        float[] row = {1.00390625f, 1.01171875f, -1.00390625f, Float.NaN, Float.POSITIVE_INFINITY};
        assertThat(roundTrip(RowFormat.BF16, row))
                .containsExactly(1f, 1.015625f, -1f, Float.NaN, Float.POSITIVE_INFINITY);
    }

    @Test
    void q80AndQ40AreWhatTheReferenceQuantiserWrites() {
        float[] row = new float[32];
        for (int i = 0; i < 32; i++) {
            row[i] = i - 15.5f;
        }
        row[31] = -16;
        byte[] q80 = new byte[34];
        RowFormat.Q8_0.encode(row, 32, MemorySegment.ofArray(q80));
        // d = 16 / 127 as half 0x3008, q = round(-15.5 · 127 / 16) = -123, then -115 ...
        assertThat(q80).startsWith(0x08, 0x30, -123, -115).endsWith(115, -127);
        byte[] q40 = new byte[18];
        RowFormat.Q4_0.encode(row, 32, MemorySegment.ofArray(q40));
        // d = -16 / -8 = 2; q = trunc(w / 2 + 8.5): 0 and 8 in the first byte, 15 and 0 in the last
        assertThat(q40).startsWith(0x00, 0x40, (byte) 0x80).endsWith((byte) 0x08);
    }
}
