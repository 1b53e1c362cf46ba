package dev.perigee.engine.quantization;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A table of short runs of weights, which the IQ formats point into.
 *
 * <p>Source: ggml's grids, shipped as bytes with ggml's licence beside them.
 */
final class Codebook {

    private final byte[] entries; // (count, width)
    private final int width;

    private Codebook(byte[] entries, int width) {
        this.entries = entries;
        this.width = width;
    }

    /** The table in this resource: {@code count} entries of {@code width} weights. */
    static Codebook load(String name, int count, int width) {
        String resource = "codebooks/" + name + "_grid.bin";
        try (InputStream in = Codebook.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssertionError(resource + " is not packed with the engine");
            }
            byte[] entries = in.readAllBytes();
            if (entries.length != count * width) {
                throw new AssertionError(resource + " has " + entries.length + " bytes, not " + count * width);
            }
            return new Codebook(entries, width);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** Weight {@code i} of an entry. */
    int at(int entry, int i) {
        return entries[entry * width + i];
    }
}
