package dev.perigee.engine.tensor;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The extents of a tensor, slowest dimension first.
 *
 * <p>Invariants: every extent is at least 0; no more than {@value #MAX_DIMENSIONS} of them; their product fits a {@code long}.
 */
public record Shape(List<Long> extents) {

    /** More dimensions than any known checkpoint uses. */
    public static final int MAX_DIMENSIONS = 8;

    public Shape {
        extents = List.copyOf(extents);
        if (extents.size() > MAX_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "shape has " + extents.size() + " dimensions, at most " + MAX_DIMENSIONS);
        }
        extents.forEach(Shape::checkExtent);
        product(extents);
    }

    /** A shape of the given extents. */
    public static Shape of(long... extents) {
        return new Shape(LongStream.of(extents).boxed().toList());
    }

    private static void checkExtent(long extent) {
        if (extent < 0) {
            throw new IllegalArgumentException("shape has extent " + extent + ", at least 0");
        }
    }

    private static long product(List<Long> extents) {
        long product = 1;
        try {
            for (long extent : extents) {
                product = Math.multiplyExact(product, extent);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape " + extents + " has more elements than 2^63 - 1", e);
        }
        return product;
    }

    /** How many elements. */
    public long elements() {
        return product(extents);
    }

    @Override
    public String toString() {
        return extents.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
