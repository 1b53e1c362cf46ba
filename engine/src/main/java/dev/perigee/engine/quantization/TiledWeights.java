package dev.perigee.engine.quantization;

import static dev.perigee.engine.quantization.LittleEndian.half;
import static dev.perigee.engine.quantization.LittleEndian.i8;
import static dev.perigee.engine.quantization.LittleEndian.u16;
import static dev.perigee.engine.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * A quantised weight whose rows are interleaved for the C kernels: the same numbers in another order.
 *
 * <p>Shapes: (rows, columns) in ⌈rows / 16⌉ tiles.
 *
 * <p>Source: kernels.h holds the layout of a tile.
 */
public record TiledWeights(TileFormat format, MemorySegment data, int rows, int columns) implements WeightMatrix {

    private static final int GROUP = TileFormat.GROUP;
    private static final int NIBBLE_BYTES = 256;
    private static final int HIGH_BYTES = 128;
    private static final int SCALE_BYTES = 32;
    private static final int HALF = GROUP / 2;
    private static final int VECTOR = 64;
    private static final int SUPER = 8;

    public TiledWeights {
        WeightMatrix.requireBytes(data, TileFormat.tiles(rows), format.tileBytes(columns));
    }

    @Override
    public long bytes() {
        return data.byteSize();
    }

    @Override
    public void decodeRow(int row, float[] target) {
        long tile = row / TileFormat.ROWS * format.tileBytes(columns);
        int lane = row % TileFormat.ROWS;
        for (int g = 0; g < columns / GROUP; g++) {
            long group = tile + g * groupBytes() + (g / SUPER + 1) * largeBytes();
            long large = tile + g / SUPER * (SUPER * groupBytes() + largeBytes()) + 2L * lane;
            switch (format) {
                case Q4_0, INT4, Q8_0 -> decodePlain(group, g, lane, target);
                case Q4_K -> decodeQ4K(group, large, g, lane, target);
                case Q6_K -> decodeQ6K(group, large, g, lane, target);
            }
        }
    }

    private long quantBytes() {
        return format == TileFormat.Q8_0 ? 2 * NIBBLE_BYTES : NIBBLE_BYTES;
    }

    private long groupBytes() {
        return quantBytes() + (format == TileFormat.Q6_K ? HIGH_BYTES : 0) + SCALE_BYTES;
    }

    /** Bytes in front of every eighth group. */
    private long largeBytes() {
        return switch (format) {
            case Q4_0, INT4, Q8_0 -> 0;
            case Q4_K -> 4L * TileFormat.ROWS;
            case Q6_K -> 2L * TileFormat.ROWS;
        };
    }

    private static long place(int column, int lane) {
        return column / 4 * VECTOR + 4L * lane + column % 4;
    }

    private int nibble(long group, int column, int lane) {
        int both = u8(data, group + place(column % HALF, lane));
        return column < HALF ? both & 15 : both >> 4;
    }

    private void decodePlain(long group, int g, int lane, float[] target) {
        long at = group + quantBytes() + 2L * lane;
        float scale = format == TileFormat.INT4 ? Float.intBitsToFloat(u16(data, at) << 16) : half(data, at);
        for (int k = 0; k < GROUP; k++) {
            boolean bytes = format == TileFormat.Q8_0;
            int quant = bytes ? u8(data, group + place(k, lane)) - 128 : nibble(group, k, lane) - 8;
            target[g * GROUP + k] = scale * quant;
        }
    }

    private void decodeQ4K(long group, long large, int g, int lane, float[] target) {
        long scales = group + NIBBLE_BYTES + lane;
        float step = half(data, large) * u8(data, scales);
        float minimum = half(data, large + 2 * TileFormat.ROWS) * u8(data, scales + TileFormat.ROWS);
        for (int k = 0; k < GROUP; k++) {
            target[g * GROUP + k] = step * nibble(group, k, lane) - minimum;
        }
    }

    private void decodeQ6K(long group, long large, int g, int lane, float[] target) {
        long highBits = group + NIBBLE_BYTES;
        long scales = highBits + HIGH_BYTES + lane;
        for (int k = 0; k < GROUP; k++) {
            int vector = k % HALF / 4;
            int byteOfFour = u8(data, highBits + vector / 2 * VECTOR + 4L * lane + k % 4);
            int high = byteOfFour >> (4 * (vector % 2) + 2 * (k / HALF)) & 3;
            float step = half(data, large) * i8(data, scales + k / HALF * TileFormat.ROWS);
            int quant = nibble(group, k, lane) | high << 4;
            target[g * GROUP + k] = step * (quant - 32);
        }
    }

    @Override
    public TiledWeights slice(int firstRow, int count) {
        boolean whole = firstRow % TileFormat.ROWS == 0 && (count % TileFormat.ROWS == 0 || firstRow + count == rows);
        if (!whole) {
            throw new IllegalArgumentException(
                    "rows " + firstRow + " to " + (firstRow + count) + " of " + rows + " are no whole tiles");
        }
        MemorySegment part = WeightMatrix.rowsOf(
                data, format.tileBytes(columns), firstRow / TileFormat.ROWS, TileFormat.tiles(count));
        return new TiledWeights(format, part, count, columns);
    }
}
