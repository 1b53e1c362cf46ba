package dev.perigee.engine.tool;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.model.StepPlan;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a model's raw logits for given token ids, for comparison with other engines. Needs no tokenizer files.
 *
 * <p>The file holds float32, little-endian, one row of vocabSize values for each token, in order.
 */
public final class LogitsTool {

    private static final int STEP_TOKENS = 256;

    private LogitsTool() {}

    /**
     * Computes the tokens as one sequence and writes every position's logits.
     *
     * @throws ModelLoadException where the model cannot be loaded
     * @throws IllegalArgumentException where there is no token, one outside the vocabulary, more than the context holds, or the file
     *     cannot be written
     */
    public static void write(EngineOptions options, int[] tokens, Path out) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("tokens is empty, at least one token id is wanted");
        }
        int step = Math.min(STEP_TOKENS, tokens.length);
        try (Transformer transformer = Transformer.load(options.model(), options.transformer(step))) {
            checkTokens(tokens, transformer);
            try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(out))) {
                compute(transformer, tokens, step, stream);
            } catch (IOException e) {
                throw new IllegalArgumentException("out " + out + " cannot be written (" + e + ")", e);
            }
        }
    }

    private static void checkTokens(int[] tokens, Transformer transformer) {
        if (tokens.length > transformer.contextLength()) {
            throw new IllegalArgumentException(
                    "tokens has " + tokens.length + " ids, the model's context holds " + transformer.contextLength());
        }
        for (int id : tokens) {
            if (id < 0 || id >= transformer.vocabularySize()) {
                throw new IllegalArgumentException(
                        "tokens has id " + id + ", allowed is 0 to " + (transformer.vocabularySize() - 1));
            }
        }
    }

    private static void compute(Transformer transformer, int[] tokens, int step, OutputStream out) throws IOException {
        int vocabulary = transformer.vocabularySize();
        long cacheBytes = (long) transformer.cacheLayout().pagesFor(tokens.length)
                * transformer.cacheLayout().pageBytes();
        try (KvCache cache = transformer.newCache(cacheBytes);
                ScratchBuffers buffers = new ScratchBuffers()) {
            PageTable table = cache.newTable();
            if (!cache.reserve(table, tokens.length)) {
                throw new AssertionError("a cache made for " + tokens.length + " tokens does not hold them");
            }
            FloatMatrix logits = buffers.floats(step, vocabulary);
            for (int at = 0; at < tokens.length; at += step) {
                int[] part = Arrays.copyOfRange(tokens, at, Math.min(tokens.length, at + step));
                StepPlan.Slice slice = new StepPlan.Slice(table, part, at, StepPlan.Logits.ALL);
                transformer.forward(new StepPlan(List.of(slice)), cache, logits);
                writeRows(logits, part.length, out);
            }
        }
    }

    private static void writeRows(FloatMatrix logits, int rows, OutputStream out) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(logits.columns() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            bytes.clear();
            for (int i = 0; i < logits.columns(); i++) {
                bytes.putFloat(logits.get(row, i));
            }
            out.write(bytes.array());
        }
    }
}
