package dev.perigee.engine.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WeightMatrixTests {

    private final Arena arena = Arena.ofAuto();

    private MemorySegment ints(int... values) {
        return arena.allocateFrom(ValueLayout.JAVA_INT, values);
    }

    private MemorySegment bf16(float... values) {
        MemorySegment data = arena.allocate((long) values.length * Short.BYTES, Short.BYTES);
        for (int i = 0; i < values.length; i++) {
            data.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(values[i]) >>> 16));
        }
        return data;
    }

    private static float[] row(WeightMatrix matrix, int row) {
        float[] values = new float[matrix.columns()];
        matrix.decodeRow(row, values);
        return values;
    }

    @Test
    void packedInt4WhenDecodedTakesLowestNibbleFirstAndSubtractsEight() {
        PackedInt4Weights matrix =
                new PackedInt4Weights(ints(0x76543210, 0xFEDCBA98, 0x88888888, 0x0000000F), bf16(0.5f), 1, 32);
        float[] row = row(matrix, 0);
        assertThat(row)
                .startsWith(-4f, -3.5f, -3f, -2.5f, -2f, -1.5f, -1f, -0.5f, 0f, 0.5f, 1f, 1.5f, 2f, 2.5f, 3f, 3.5f);
        assertThat(row[16]).isZero();
        assertThat(row[24]).isEqualTo(3.5f);
        assertThat(row[25]).isEqualTo(-4f);
    }

    @Test
    void packedInt4WhenSlicedKeepsRowsAndScalesTogether() {
        int[] words = new int[3 * 4];
        Arrays.fill(words, 4, 8, 0x99999999);
        Arrays.fill(words, 8, 12, 0xAAAAAAAA);
        PackedInt4Weights matrix = new PackedInt4Weights(ints(words), bf16(1f, 2f, 4f), 3, 32);
        assertThat(row(matrix.slice(1, 2), 0)).containsOnly(2f);
        assertThat(row(matrix.slice(1, 2), 1)).containsOnly(8f);
        assertThat(matrix.bytes()).isEqualTo(3 * 16 + 6);
    }

    @Test
    void packedInt4WhenColumnsFillNoGroupIsRefused() {
        assertThatThrownBy(() -> new PackedInt4Weights(ints(1, 2, 3), bf16(1f), 1, 24))
                .hasMessage("columns is 24, it must be a multiple of 32");
    }

    @Test
    void fp8WhenDecodedFollowsTheFormatsTable() {
        MemorySegment data = arena.allocateFrom(
                ValueLayout.JAVA_BYTE, new byte[] {0, 0x01, 0x07, 0x08, 0x38, 0x7e, (byte) 0xb8, (byte) 0x80});
        MemorySegment scales = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 2f);
        assertThat(row(new Fp8Weights(data, scales, 1, 8, 0), 0))
                .containsExactly(0f, 0x1p-8f, 7 * 0x1p-8f, 0x1p-5f, 2f, 896f, -2f, -0f);
    }

    @Test
    void fp8WhenSlicedKeepsTheTilesOfTheWholeMatrix() {
        byte[] ones = new byte[200 * 130];
        Arrays.fill(ones, (byte) 0x38);
        Fp8Weights matrix = new Fp8Weights(
                arena.allocateFrom(ValueLayout.JAVA_BYTE, ones),
                arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1f, 2f, 3f, 4f),
                200,
                130,
                0);
        float[] row = row(matrix.slice(100, 100).slice(20, 50), 8);
        assertThat(row[127]).isEqualTo(3f);
        assertThat(row[128]).isEqualTo(4f);
        assertThat(row(matrix.slice(100, 100), 27)[0]).isEqualTo(1f);
    }

    @Test
    void fp8WhenScalesAreTooFewIsRefused() {
        MemorySegment data = arena.allocate(129);
        MemorySegment scales = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1f);
        assertThatThrownBy(() -> new Fp8Weights(data, scales, 129, 1, 0))
                .hasMessage("scales has 1 rows of tiles, the matrix takes 2");
    }

    @Test
    void matrixWhenMemoryIsOfAnotherSizeIsRefused() {
        assertThatThrownBy(() -> new Bf16Weights(bf16(1f, 2f, 3f), 2, 2))
                .hasMessage("data has 6 bytes, the matrix takes 8");
    }

    @Test
    void transpositionWhenBf16KeepsFormatAndValues() {
        WeightMatrix transposed = Transposition.of(new Bf16Weights(bf16(1f, 2f, 3f, -4f, 0.5f, 6f), 2, 3), arena);
        assertThat(transposed).isInstanceOf(Bf16Weights.class);
        assertThat(row(transposed, 0)).containsExactly(1f, -4f);
        assertThat(row(transposed, 1)).containsExactly(2f, 0.5f);
        assertThat(row(transposed, 2)).containsExactly(3f, 6f);
    }
}
