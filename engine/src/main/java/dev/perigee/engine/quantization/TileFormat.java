package dev.perigee.engine.quantization;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Formats whose rows the C kernels read interleaved, {@value #ROWS} rows to a tile. Their order is that of PERIGEE_TILE_… in kernels.h,
 * where the layout stands.
 */
public enum TileFormat {
    Q4_0(32, 2304),
    INT4(32, 2304),
    Q8_0(32, 4352),
    Q4_K(256, 2368),
    Q6_K(256, 3360);

    /** Rows of one tile. */
    public static final int ROWS = 16;

    /** Columns that share a scale. */
    public static final int GROUP = 32;

    private static final int LARGEST_STEP = 256;
    private static final Map<String, TileFormat> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

    private final int columnStep;
    private final int bytesPer256Columns;

    TileFormat(int columnStep, int bytesPer256Columns) {
        this.columnStep = columnStep;
        this.bytesPer256Columns = bytesPer256Columns;
    }

    /** The tiles that this weight is read in, arranged or as stored, or {@code null} where there are none for it. */
    public static @Nullable TileFormat of(WeightMatrix weight) {
        if (weight.rows() == 0 || weight.columns() == 0) {
            return null;
        }
        return switch (weight) {
            case TiledWeights tiled -> tiled.format();
            case DeferredWeights deferred -> of(deferred.current());
            case PackedInt4Weights _ -> INT4;
            case GgufWeights gguf -> BY_NAME.get(gguf.format().name());
            case F32Weights _, F16Weights _, Bf16Weights _, Fp8Weights _ -> null;
        };
    }

    /** Bytes of one tile of this many columns. */
    public long tileBytes(int columns) {
        if (columns % columnStep != 0) {
            throw new IllegalArgumentException(
                    "columns is " + columns + ", for tiles of " + this + " it must be a multiple of " + columnStep);
        }
        return (long) columns / GROUP * bytesPer256Columns * GROUP / LARGEST_STEP;
    }

    /** Tiles that hold so many rows. */
    public static int tiles(int rows) {
        return Math.ceilDiv(rows, ROWS);
    }
}
