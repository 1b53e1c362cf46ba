package dev.perigee.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ShapeTests {

    @Test
    void elementsWhenScalarOrEmptyAreOneOrNone() {
        assertThat(Shape.of().elements()).isEqualTo(1);
        assertThat(Shape.of(3, 0, 5).elements()).isZero();
        assertThat(Shape.of(2, 3)).hasToString("[2, 3]");
    }

    @Test
    void shapeWhenImpossibleIsRefused() {
        assertThatThrownBy(() -> Shape.of(-1)).hasMessage("shape has extent -1, at least 0");
        assertThatThrownBy(() -> Shape.of(1, 1, 1, 1, 1, 1, 1, 1, 1)).hasMessage("shape has 9 dimensions, at most 8");
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 32)).hasMessageContaining("more elements than 2^63 - 1");
    }

    @Test
    void tensorWhenBytesDoNotFitIsRefused() {
        MemorySegment data = MemorySegment.ofArray(new byte[7]);
        assertThatThrownBy(() -> new Tensor(DataType.BF16, Shape.of(4), data))
                .hasMessage("data has 7 bytes, BF16 [4] takes 8");
    }
}
