package dev.perigee.engine.scheduler;

import dev.perigee.engine.chat.AnswerParser;
import dev.perigee.engine.chat.AnswerSink;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.engine.sampling.StopCondition;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One sequence's answer as it grows: turns drawn ids into events, counts them, and knows when it ends.
 *
 * <p>Stop texts are looked for in the visible text only. Every drawn id counts as output, the one that ends the turn too; the meter hears of
 * it before the mailbox does.
 *
 * <p>Threads: the engine's thread only, after construction.
 */
public final class Answer implements AnswerSink {

    private static final int NOT_KNOWN = -1;

    private final StopCondition stop;
    private final Mailbox mailbox;
    private final TokenMeter meter;
    private final AnswerParser parser;
    private final int promptTokens;
    private final int maxTokens;
    private int cachedTokens = NOT_KNOWN;
    private int outputTokens;
    private boolean called;
    private @Nullable TokenUsage metered;
    private @Nullable GenerationEvent terminal;

    /**
     * @param meter hears what the answer takes
     * @param parser made for this answer as its sink
     * @param promptTokens of the prompt
     * @param maxTokens after so many the answer ends
     */
    public Answer(
            StopCondition stop,
            Mailbox mailbox,
            TokenMeter meter,
            Function<AnswerSink, AnswerParser> parser,
            int promptTokens,
            int maxTokens) {
        this.stop = stop;
        this.mailbox = mailbox;
        this.meter = meter;
        this.parser = parser.apply(this);
        this.promptTokens = promptTokens;
        this.maxTokens = maxTokens;
    }

    /** Where the events go. */
    public Mailbox mailbox() {
        return mailbox;
    }

    int promptTokens() {
        return promptTokens;
    }

    int outputTokens() {
        return outputTokens;
    }

    boolean ended() {
        return terminal != null;
    }

    /** Whether no more may be drawn before something is granted. */
    boolean outOfGrant() {
        return !mailbox.grants(outputTokens + 1);
    }

    /** How many may be drawn before the answer ends or something is granted. */
    int drawable() {
        return (int) Math.min(maxTokens - outputTokens, mailbox.grantedBeyond(outputTokens));
    }

    /** Whether nothing more will be granted than was used. */
    boolean grantSpent() {
        return mailbox.grantEnded() && outOfGrant();
    }

    /** Tells the reader that a grant is needed. */
    void park() {
        mailbox.park(outputTokens + 1);
    }

    void start() {
        meter();
        mailbox.put(new GenerationEvent.Started(promptTokens));
    }

    /** Takes a drawn id; ends the answer where it is the last one. */
    void accept(int id) {
        outputTokens++;
        meter();
        if (stop.endsAt(id)) {
            finish(null);
            return;
        }
        parser.accept(id);
        meter();
        if (stop.reached()) {
            finish(FinishReason.STOP);
        } else if (outputTokens >= maxTokens) {
            finish(FinishReason.LENGTH);
        }
    }

    /** Ends the answer; the reason is {@code null} where the model ended its turn. */
    void finish(@Nullable FinishReason reason) {
        parser.finish();
        release();
        FinishReason ownReason = called ? FinishReason.TOOL_CALLS : FinishReason.STOP;
        end(new GenerationEvent.Finished(reason == null ? ownReason : reason, usage()));
    }

    /** Ends the answer for this reason, or refuses it where nothing of it was computed. */
    void finishOrRefuse(FinishReason reason, Rejection rejection) {
        if (begun()) {
            finish(reason);
        } else {
            refuse(rejection);
        }
    }

    /** Ends the answer by a fault. */
    void fail(String message) {
        end(new GenerationEvent.Failed(message, usage()));
    }

    /** Ends the answer of which nothing was computed. */
    void refuse(Rejection rejection) {
        end(new GenerationEvent.Refused(rejection));
    }

    private void end(GenerationEvent event) {
        if (terminal == null) {
            meter();
            terminal = event;
        }
    }

    /** Gives the terminal event out; the answer has ended, and what it held is free again. */
    void deliverEnd() {
        if (terminal == null) {
            throw new AssertionError("the answer has not ended");
        }
        mailbox.put(terminal);
    }

    private void meter() {
        TokenUsage usage = usage();
        if (!usage.equals(metered)) {
            metered = usage;
            meter.count(usage);
        }
    }

    /** So many tokens of the prompt were found computed; what is found when it must be computed again does not count. */
    void found(int tokens) {
        if (!begun()) {
            cachedTokens = tokens;
            meter();
        }
    }

    /** Whether it had pages once: a step has taken it on, or the next one does. */
    boolean begun() {
        return cachedTokens != NOT_KNOWN;
    }

    private TokenUsage usage() {
        return new TokenUsage(promptTokens, Math.max(0, cachedTokens), outputTokens, parser.reasoningTokens());
    }

    @Override
    public void reasoning(String text) {
        release();
        put(new GenerationEvent.ReasoningDelta(text));
    }

    @Override
    public void text(String text) {
        emit(stop.accept(text));
    }

    @Override
    public void toolCallStarted(int index, String id, String name) {
        release();
        called = true;
        put(new GenerationEvent.ToolCallStarted(index, id, name));
    }

    @Override
    public void toolCallArguments(int index, String json) {
        put(new GenerationEvent.ToolCallArgumentsDelta(index, json));
    }

    private void release() {
        emit(stop.release());
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            put(new GenerationEvent.TextDelta(text));
        }
    }

    /** What the parser still finds behind a stop text is not part of the answer. */
    private void put(GenerationEvent event) {
        if (!stop.reached() || event instanceof GenerationEvent.TextDelta) {
            mailbox.put(event);
        }
    }
}
