package dev.perigee.engine.scheduler;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.model.StepPlan;
import dev.perigee.engine.sampling.LogitsProcessor;
import dev.perigee.engine.sampling.Sampler;
import dev.perigee.engine.sampling.SamplingSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One token timeline: the prompt, then what was drawn. Of it {@code computed} tokens are in the cache; it only ever catches up.
 *
 * <p>Threads: the engine's thread only, after construction.
 */
public final class Sequence {

    private final GenerationRequest.Scheduling scheduling;
    private final TimeLimits time;
    private final SamplingSettings sampling;
    private final List<LogitsProcessor> processors;
    private final Answer answer;
    private final Speculation speculation = new Speculation();
    private int[] tokens;
    private int size;
    private int computed;
    private long arrival;
    private long submitted;
    private @Nullable PageTable pages;

    /**
     * @param promptIds at least one
     * @param processors of this sequence alone
     */
    public Sequence(
            int[] promptIds,
            GenerationRequest.Scheduling scheduling,
            TimeLimits time,
            SamplingSettings sampling,
            List<LogitsProcessor> processors,
            Answer answer) {
        this.tokens = promptIds.clone();
        this.size = promptIds.length;
        this.scheduling = scheduling;
        this.time = time;
        this.sampling = sampling;
        this.processors = List.copyOf(processors);
        this.answer = answer;
    }

    GenerationRequest.Scheduling scheduling() {
        return scheduling;
    }

    Answer answer() {
        return answer;
    }

    long arrival() {
        return arrival;
    }

    void arrivedAs(long number) {
        arrival = number;
    }

    /** Its time runs from this moment on. */
    void submittedAt(long nanos) {
        submitted = nanos;
    }

    /** Nanoseconds in which it must begin or, where it has, end; at most 0 where they are over. */
    long timeLeft(long now) {
        return time.nanos(answer.begun()) - (now - submitted);
    }

    /** Its time is over: ends the answer, or refuses it where nothing was computed. */
    void expire(long now) {
        answer.finishOrRefuse(FinishReason.LENGTH, new Rejection.WaitedTooLong(Duration.ofNanos(now - submitted)));
    }

    /** How many tokens are not computed yet; at least one. */
    int pending() {
        return size - computed;
    }

    /** How many of them may be computed now: a token is drawn from the last one, so it needs a grant; nothing else of a prompt does. */
    int computable() {
        if (!answer.outOfGrant()) {
            return pending();
        }
        return answer.outputTokens() == 0 ? pending() - 1 : 0;
    }

    boolean holdsPages() {
        return pages != null;
    }

    /** Takes pages for all tokens there are, computed ones where the cache has them. */
    boolean reserve(KvCache cache) {
        boolean begins = pages == null;
        PageTable table = pages == null ? cache.newTable() : pages;
        if (begins) {
            pages = table;
            computed = cache.adopt(scheduling.cachePartition(), tokens, size - 1, table);
        }
        boolean reserved = cache.reserve(table, size);
        if (begins && reserved) {
            answer.found(computed);
        } else if (begins) {
            release(cache);
        }
        return reserved;
    }

    /** Gives all pages back; what the cache does not keep of them must be computed again. */
    void release(KvCache cache) {
        if (pages != null) {
            cache.release(pages);
            pages = null;
        }
        computed = 0;
    }

    /** The next {@code count} tokens to compute; logits are wanted where nothing is left to catch up then. */
    StepPlan.Slice slice(int count) {
        if (pages == null) {
            throw new AssertionError("a sequence without pages cannot compute");
        }
        boolean caughtUp = computed + count == size;
        return new StepPlan.Slice(
                pages,
                Arrays.copyOfRange(tokens, computed, computed + count),
                computed,
                caughtUp ? StepPlan.Logits.LAST : StepPlan.Logits.NONE);
    }

    Speculation speculation() {
        return speculation;
    }

    /**
     * The newest token, and guesses of those that follow it where that pays: logits are wanted for all then. Never more than may be drawn are
     * computed.
     */
    StepPlan.Slice guessingSlice(KvCache cache, int most) {
        int drawable = Math.min(most, answer.drawable() - 1);
        int[] guessed = drawable < 1 ? new int[0] : PromptLookup.guess(tokens, size, drawable);
        if (guessed.length == 0
                || pages == null
                || !speculation.worthwhile()
                || !cache.reserve(pages, size + guessed.length)) {
            return slice(1);
        }
        int[] ids = new int[1 + guessed.length];
        ids[0] = tokens[computed];
        System.arraycopy(guessed, 0, ids, 1, guessed.length);
        return new StepPlan.Slice(pages, ids, computed, StepPlan.Logits.ALL);
    }

    /** Whether the newest token is this one. */
    boolean endsWith(int id) {
        return tokens[size - 1] == id;
    }

    /** So many more tokens are computed; later sequences may take them over. */
    void advance(KvCache cache, int count) {
        computed += count;
        if (pages != null) {
            cache.keep(scheduling.cachePartition(), tokens, computed, pages);
        }
    }

    /** Draws the next token from the logits of the last one. */
    void draw(float[] logits, Sampler sampler) {
        for (LogitsProcessor processor : processors) {
            processor.process(logits);
        }
        int id = sampler.sample(logits, sampling, answer.outputTokens());
        for (LogitsProcessor processor : processors) {
            processor.drawn(id);
        }
        append(id);
        answer.accept(id);
    }

    private void append(int id) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, size + Math.max(64, size / 2));
        }
        tokens[size++] = id;
    }
}
