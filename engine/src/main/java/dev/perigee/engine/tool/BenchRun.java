package dev.perigee.engine.tool;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.model.StepPlan;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Some sequences in a cache of their own, fed with tokens drawn from a fixed seed; every call answers the seconds it took. */
final class BenchRun implements AutoCloseable {

    /** Most tokens of one step of prefill. */
    static final int STEP_TOKENS = 512;

    private static final long SEED = 20_261_126;
    private static final double NANOS = 1e9;

    private final Transformer transformer;
    private final Random random = new Random(SEED);
    private final ScratchBuffers buffers = new ScratchBuffers();
    private final KvCache cache;
    private final List<PageTable> tables = new ArrayList<>();
    private final FloatMatrix logits; // (sequences, vocabulary)

    BenchRun(Transformer transformer, int sequences, int positions) {
        this.transformer = transformer;
        long pages = (long) sequences * transformer.cacheLayout().pagesFor(positions);
        this.cache = transformer.newCache(pages * transformer.cacheLayout().pageBytes());
        this.logits = buffers.floats(sequences, transformer.vocabularySize());
        for (int i = 0; i < sequences; i++) {
            PageTable table = cache.newTable();
            if (!cache.reserve(table, positions)) {
                throw new AssertionError("a cache made for " + positions + " positions does not hold them");
            }
            tables.add(table);
        }
    }

    /** Computes the first {@code tokens} positions of every sequence anew, one sequence after the other. */
    double prefill(int tokens) {
        long begun = System.nanoTime();
        for (PageTable table : tables) {
            for (int at = 0; at < tokens; at += transformer.maxStepTokens()) {
                int count = Math.min(transformer.maxStepTokens(), tokens - at);
                StepPlan.Logits wanted = at + count == tokens ? StepPlan.Logits.LAST : StepPlan.Logits.NONE;
                forward(List.of(new StepPlan.Slice(table, drawn(count), at, wanted)));
            }
        }
        return (System.nanoTime() - begun) / NANOS;
    }

    /** Computes one token of every sequence at this position, together. */
    double decode(int position) {
        List<StepPlan.Slice> slices = new ArrayList<>();
        for (PageTable table : tables) {
            slices.add(new StepPlan.Slice(table, drawn(1), position, StepPlan.Logits.LAST));
        }
        long begun = System.nanoTime();
        forward(slices);
        return (System.nanoTime() - begun) / NANOS;
    }

    private void forward(List<StepPlan.Slice> slices) {
        transformer.forward(new StepPlan(slices), cache, logits);
    }

    private int[] drawn(int count) {
        return random.ints(count, 0, transformer.vocabularySize()).toArray();
    }

    @Override
    public void close() {
        cache.close();
        buffers.close();
    }
}
