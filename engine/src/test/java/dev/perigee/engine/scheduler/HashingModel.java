package dev.perigee.engine.scheduler;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.KvLayout;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.model.LanguageModel;
import dev.perigee.engine.model.StepPlan;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * A model whose cache holds the token ids themselves and whose logits are drawn from a hash of all tokens of a sequence, read back
 * from its pages: a page given twice, or a token computed at the wrong place, changes the answer.
 */
final class HashingModel implements LanguageModel {

    static final int PAGE_TOKENS = 4;
    private static final KvLayout LAYOUT = new KvLayout(DataType.F32, 1, 1, PAGE_TOKENS);

    private final int vocabularySize;
    private final int contextLength;
    private int looksBack = Integer.MAX_VALUE;
    private Consumer<StepPlan> beforeStep = plan -> {};
    private int steps;
    private volatile int tokens;
    private volatile int putOff;

    HashingModel(int vocabularySize, int contextLength) {
        this.vocabularySize = vocabularySize;
        this.contextLength = contextLength;
    }

    /** From now on only the last so many tokens decide what comes next, and mostly one thing: answers repeat themselves. */
    void lookBack(int tokens) {
        looksBack = tokens;
    }

    /** Called with every plan before it is computed; may throw. */
    void beforeStep(Consumer<StepPlan> action) {
        beforeStep = action;
    }

    /** So many pieces of its loading are put off. */
    void putOff(int pieces) {
        putOff = pieces;
    }

    int putOff() {
        return putOff;
    }

    int steps() {
        return steps;
    }

    /** Tokens computed since the last {@link #forgetTokens}. */
    int tokens() {
        return tokens;
    }

    void forgetTokens() {
        tokens = 0;
    }

    static KvCache cacheOfPages(int pages) {
        return new KvCache(LAYOUT, pages);
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int maxStepTokens() {
        return Integer.MAX_VALUE;
    }

    @Override
    public KvCache newCache(long bytes) {
        return cacheOfPages(Math.toIntExact(bytes / LAYOUT.pageBytes()));
    }

    @Override
    public boolean loadMore() {
        if (putOff > 0) {
            putOff--;
            return true;
        }
        return false;
    }

    @Override
    public void forward(StepPlan plan, KvCache cache, FloatMatrix logits) {
        steps++;
        tokens = tokens + plan.tokens();
        beforeStep.accept(plan);
        for (int i = 0; i < plan.slices().size(); i++) {
            StepPlan.Slice slice = plan.slices().get(i);
            for (int t = 0; t < slice.tokens(); t++) {
                cache.memory()
                        .setAtIndex(
                                ValueLayout.JAVA_FLOAT,
                                place(slice.pages(), slice.firstPosition() + t),
                                slice.tokenId(t));
            }
            int first = slice.logits() == StepPlan.Logits.ALL ? 0 : slice.tokens() - 1;
            for (int t = first; t < slice.tokens() && slice.logits() != StepPlan.Logits.NONE; t++) {
                write(hash(slice, t, cache), plan.firstLogitRow(i) + t - first, logits);
            }
        }
    }

    private static long place(PageTable pages, int position) {
        return (long) pages.pageIndexAt(position) * PAGE_TOKENS + position % PAGE_TOKENS;
    }

    private long hash(StepPlan.Slice slice, int token, KvCache cache) {
        long hash = 17;
        int end = slice.firstPosition() + token + 1;
        for (int position = Math.max(0, end - looksBack); position < end; position++) {
            float stored = cache.memory().getAtIndex(ValueLayout.JAVA_FLOAT, place(slice.pages(), position));
            hash = (hash + (long) stored + 1) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    /** Only ids of letters are likely, so that answers go on to their limit. */
    private void write(long hash, int row, FloatMatrix logits) {
        long state = hash;
        int clarity = looksBack == Integer.MAX_VALUE ? 1 : 8;
        for (int id = 0; id < vocabularySize; id++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            boolean letter = id >= 'a' && id <= 'z';
            logits.set(row, id, letter ? clarity * (state >>> 40) / (float) (1 << 22) : -100);
        }
    }

    @Override
    public void close() {}
}
