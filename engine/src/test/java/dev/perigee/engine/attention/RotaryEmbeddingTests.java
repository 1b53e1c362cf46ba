package dev.perigee.engine.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perigee.engine.config.RopeConfig;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RotaryEmbeddingTests {

    private final ScratchBuffers buffers = new ScratchBuffers();
    private final RotaryEmbedding rotary =
            new RotaryEmbedding(new YarnScaling(new RopeConfig(100, null), 4), buffers, 2);

    @AfterEach
    void close() {
        buffers.close();
    }

    @Test
    void rotationWhenPlacedTurnsNeighboursByTheirFrequency() {
        FloatMatrix x = buffers.floats(2, 5);
        for (int i = 0; i < 5; i++) {
            x.set(1, i, i + 1);
        }
        rotary.place(1, 3);
        rotary.rotate(x, 1, 1);
        assertThat(x.get(1, 0)).isEqualTo(1);
        assertThat(x.get(1, 1)).isCloseTo((float) (2 * Math.cos(3) - 3 * Math.sin(3)), within(1e-6f));
        assertThat(x.get(1, 2)).isCloseTo((float) (2 * Math.sin(3) + 3 * Math.cos(3)), within(1e-6f));
        assertThat(x.get(1, 3)).isCloseTo((float) (4 * Math.cos(0.3) - 5 * Math.sin(0.3)), within(1e-6f));
        assertThat(x.get(1, 4)).isCloseTo((float) (4 * Math.sin(0.3) + 5 * Math.cos(0.3)), within(1e-6f));
    }

    @Test
    void rotationWhenPositionIsZeroChangesNothing() {
        FloatMatrix x = buffers.floats(1, 4);
        x.set(0, 2, 7);
        rotary.place(0, 0);
        rotary.rotate(x, 0, 0);
        assertThat(x.get(0, 2)).isEqualTo(7);
        assertThat(x.get(0, 3)).isZero();
    }
}
