package dev.perigee.engine.scheduler;

import dev.perigee.engine.chat.PlainTextParser;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.sampling.SamplingSettings;
import dev.perigee.engine.sampling.StopCondition;
import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes sequences for tests and reads their mailboxes. In their vocabulary a byte's id is its value. */
final class TestSequences {

    private final Tokenizer tokenizer;

    TestSequences(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** What ended, and the text before. */
    record Read(String text, GenerationEvent terminal) {}

    Sequence of(String prompt, int maxTokens) {
        return of(prompt, maxTokens, new GenerationRequest.Scheduling("key", "", 1), 1);
    }

    Sequence of(String prompt, int maxTokens, GenerationRequest.Scheduling scheduling, long seed) {
        return of(prompt, maxTokens, scheduling, seed, new Mailbox(), TokenMeter.NONE);
    }

    Sequence of(String prompt, int maxTokens, Mailbox mailbox, TokenMeter meter) {
        return of(prompt, maxTokens, new GenerationRequest.Scheduling("key", "", 1), 1, mailbox, meter);
    }

    Sequence of(String prompt, int maxTokens, Mailbox mailbox, TimeLimits time) {
        return of(prompt, maxTokens, new GenerationRequest.Scheduling("key", "", 1), 1, mailbox, TokenMeter.NONE, time);
    }

    private Sequence of(
            String prompt,
            int maxTokens,
            GenerationRequest.Scheduling scheduling,
            long seed,
            Mailbox mailbox,
            TokenMeter meter) {
        return of(prompt, maxTokens, scheduling, seed, mailbox, meter, new TimeLimits(Duration.ofMinutes(1), null));
    }

    private Sequence of(
            String prompt,
            int maxTokens,
            GenerationRequest.Scheduling scheduling,
            long seed,
            Mailbox mailbox,
            TokenMeter meter,
            TimeLimits time) {
        int[] ids = tokenizer.encode(prompt);
        StopCondition stop = new StopCondition(Set.of(tokenizer.idOf(ControlToken.IM_END)), List.of());
        Answer answer =
                new Answer(stop, mailbox, meter, sink -> new PlainTextParser(tokenizer, sink), ids.length, maxTokens);
        return new Sequence(ids, scheduling, time, new SamplingSettings(1, 0, 1, 0, seed), List.of(), answer);
    }

    /** Reads to the terminal event. */
    static Read read(Mailbox mailbox) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (true) {
            @Nullable GenerationEvent event = mailbox.next(Duration.ofSeconds(20));
            if (event == null) {
                throw new AssertionError("no event within 20 seconds after \"" + text + "\"");
            }
            if (event instanceof GenerationEvent.TextDelta delta) {
                text.append(delta.text());
            }
            if (event.terminal()) {
                return new Read(text.toString(), event);
            }
        }
    }
}
