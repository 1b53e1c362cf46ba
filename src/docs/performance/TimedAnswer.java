package dev.perigee.engine.tool;

import dev.perigee.engine.chat.PlainTextParser;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.sampling.SamplingSettings;
import dev.perigee.engine.sampling.StopCondition;
import dev.perigee.engine.scheduler.Answer;
import dev.perigee.engine.scheduler.EngineLoop;
import dev.perigee.engine.scheduler.Mailbox;
import dev.perigee.engine.scheduler.Sequence;
import dev.perigee.engine.scheduler.TimeLimits;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The greedy answer to a prompt that a loop has to itself, and how long it took. */
record TimedAnswer(String text, double seconds) {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** So many tokens at most; none of them ends the answer sooner. Waits until the loop has nothing left to do. */
    static TimedAnswer of(EngineLoop loop, Tokenizer tokenizer, int[] prompt, int tokens) throws InterruptedException {
        Mailbox mailbox = new Mailbox();
        Answer answer = new Answer(
                new StopCondition(Set.of(), List.of()),
                mailbox,
                TokenMeter.NONE,
                sink -> new PlainTextParser(tokenizer, sink),
                prompt.length,
                tokens);
        StringBuilder text = new StringBuilder();
        long begun = System.nanoTime();
        loop.submit(new Sequence(
                prompt.clone(),
                new GenerationRequest.Scheduling("key", "partition", 1),
                new TimeLimits(PATIENCE, null),
                new SamplingSettings(0, 0, 1, 0, 1),
                List.of(),
                answer));
        GenerationEvent event = mailbox.next(PATIENCE);
        while (event == null || !event.terminal()) {
            if (event instanceof GenerationEvent.TextDelta delta) {
                text.append(delta.text());
            }
            event = mailbox.next(PATIENCE);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        Thread.sleep(50);
        return new TimedAnswer(text.toString(), seconds);
    }
}
