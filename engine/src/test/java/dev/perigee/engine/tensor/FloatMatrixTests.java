package dev.perigee.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FloatMatrixTests {

    private final ScratchBuffers buffers = new ScratchBuffers();
    private final FloatMatrix matrix = buffers.floats(3, 4);

    @AfterEach
    void close() {
        buffers.close();
    }

    @Test
    void windowWhenWrittenChangesTheMatrixBelow() {
        FloatMatrix window = matrix.columns(1, 2).columns(1, 1);
        window.set(2, 0, 5);
        assertThat(matrix.get(2, 2)).isEqualTo(5);
        assertThat(window.stride()).isEqualTo(4);
        assertThat(window.columns()).isEqualTo(1);
    }

    @Test
    void windowWhenItLeavesTheMatrixIsRefused() {
        assertThatThrownBy(() -> matrix.columns(3, 2)).hasMessage("columns 3 + 2 of 4");
        assertThatThrownBy(() -> matrix.columns(-1, 2)).hasMessage("columns -1 + 2 of 4");
    }

    @Test
    void rowsWhenCopiedAndClearedLeaveTheirNeighboursAlone() {
        matrix.setRow(0, 1, new float[] {7, 8, 9}, 2);
        matrix.copyRowFrom(matrix, 0, 2);
        matrix.clearRow(0);
        float[] row = new float[3];
        matrix.copyRow(2, 1, row, 3);
        assertThat(row).containsExactly(7, 8, 0);
        assertThat(matrix.get(0, 1)).isZero();
        assertThat(matrix.get(1, 3)).isZero();
    }

    @Test
    void matrixWhenMemoryIsTooSmallIsRefused() {
        assertThatThrownBy(() -> new FloatMatrix(matrix.data(), 4, 4))
                .hasMessage("4 x 4 floats need 64 bytes, there are 48");
    }

    @Test
    void buffersWhenHandedOutAreCountedAndZero() {
        assertThat(buffers.bytes()).isEqualTo(48);
        buffers.ints(3);
        assertThat(buffers.bytes()).isEqualTo(60);
        assertThat(matrix.get(1, 1)).isZero();
    }
}
