package dev.perigee.engine.scheduler;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.model.StepPlan;
import dev.perigee.engine.sampling.Sampler;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What becomes of a step's logits: a token for every sequence that asked for one, or as many as had been guessed rightly.
 *
 * <p>Threads: one, but for {@link #tokens}.
 */
final class StepDraws implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(StepDraws.class.getName());

    private final Scheduler scheduler;
    private final KvCache cache;
    private final Consumer<Sequence> ended;
    private final Sampler sampler;
    private final float[] row;
    private final Arena arena = Arena.ofShared();
    private final FloatMatrix logits;
    private final AtomicLong tokens = new AtomicLong();

    /** @param ended told of every sequence that the last token drawn has ended */
    StepDraws(Scheduler scheduler, KvCache cache, SchedulerBounds bounds, int vocabulary, Consumer<Sequence> ended) {
        this.scheduler = scheduler;
        this.cache = cache;
        this.ended = ended;
        this.sampler = new Sampler(vocabulary);
        this.row = new float[vocabulary];
        int rows = Math.max(bounds.maxRunning(), 1 + bounds.guessedTokens());
        long bytes = (long) rows * vocabulary * Float.BYTES;
        this.logits = new FloatMatrix(arena.allocate(bytes, Float.BYTES), rows, vocabulary);
    }

    /** Where the model writes them: a row for each that a step within the bounds can ask for. */
    FloatMatrix logits() {
        return logits;
    }

    /** Tokens drawn so far. */
    long tokens() {
        return tokens.get();
    }

    /** Draws from the logits of a step that took so many seconds. */
    void settle(Step step, double seconds) {
        for (int i = 0; i < step.sequences().size(); i++) {
            Sequence sequence = step.sequences().get(i);
            StepPlan.Slice slice = step.plan().slices().get(i);
            int first = step.plan().firstLogitRow(i);
            switch (slice.logits()) {
                case NONE -> sequence.advance(cache, slice.tokens());
                case LAST -> {
                    sequence.advance(cache, slice.tokens());
                    draw(sequence, first);
                    if (step.plan().tokens() == 1) {
                        sequence.speculation().plain(seconds);
                    }
                }
                case ALL -> sequence.speculation().guessed(seconds, drawGuessed(sequence, slice, first));
            }
        }
    }

    /** Draws token after token as long as what was drawn is what had been guessed; how many. */
    private int drawGuessed(Sequence sequence, StepPlan.Slice slice, int first) {
        int drawn = 0;
        do {
            if (drawn > 0) {
                scheduler.chargeGuessed(sequence);
            }
            sequence.advance(cache, 1);
            draw(sequence, first + drawn);
            drawn++;
        } while (drawn < slice.tokens() && !sequence.answer().ended() && sequence.endsWith(slice.tokenId(drawn)));
        return drawn;
    }

    private void draw(Sequence sequence, int logitRow) {
        logits.copyRow(logitRow, row, row.length);
        try {
            sequence.draw(row, sampler);
            tokens.incrementAndGet();
        } catch (ArithmeticException e) {
            LOG.log(System.Logger.Level.ERROR, "The model computed no usable logits.", e);
            sequence.answer().fail("The model computed no usable logits: " + e.getMessage() + ".");
        }
        if (sequence.answer().ended()) {
            ended.accept(sequence);
        }
    }

    /** Gives the memory of the logits back; once more does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
