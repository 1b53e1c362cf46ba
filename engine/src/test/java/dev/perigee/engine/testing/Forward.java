package dev.perigee.engine.testing;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.model.LanguageModel;
import dev.perigee.engine.model.StepPlan;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs single sequences through a model, for tests. */
public final class Forward {

    private Forward() {}

    /** Logits of every position, computed {@code chunk} tokens a step. */
    public static float[][] logits(LanguageModel model, int[] tokens, int chunk) {
        return logits(model, tokens, chunk, 64L << 20);
    }

    /** The same in a cache of about so many bytes. */
    public static float[][] logits(LanguageModel model, int[] tokens, int chunk, long cacheBytes) {
        List<float[]> all = new ArrayList<>();
        try (KvCache cache = model.newCache(cacheBytes);
                ScratchBuffers buffers = new ScratchBuffers()) {
            PageTable table = cache.newTable();
            if (!cache.reserve(table, tokens.length)) {
                throw new IllegalStateException("too few pages");
            }
            FloatMatrix logits = buffers.floats(chunk, model.vocabularySize());
            for (int at = 0; at < tokens.length; at += chunk) {
                int[] part = Arrays.copyOfRange(tokens, at, Math.min(tokens.length, at + chunk));
                model.forward(
                        new StepPlan(List.of(new StepPlan.Slice(table, part, at, StepPlan.Logits.ALL))), cache, logits);
                for (int row = 0; row < part.length; row++) {
                    all.add(row(logits, row));
                }
            }
        }
        return all.toArray(float[][]::new);
    }

    /** A row as an array. */
    public static float[] row(FloatMatrix matrix, int row) {
        float[] values = new float[matrix.columns()];
        matrix.copyRow(row, values, values.length);
        return values;
    }
}
