package dev.perigee.engine.tool;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.chat.PlainTextParser;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.sampling.SamplingSettings;
import dev.perigee.engine.sampling.StopCondition;
import dev.perigee.engine.scheduler.Answer;
import dev.perigee.engine.scheduler.EngineLoop;
import dev.perigee.engine.scheduler.Mailbox;
import dev.perigee.engine.scheduler.SchedulerBounds;
import dev.perigee.engine.scheduler.Sequence;
import dev.perigee.engine.scheduler.TimeLimits;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * What guessing tokens from a request's own text gains: the same answers with none and with four guessed at a time, in turns, greedy, and their texts compared:
 * {@code GuessBench MODEL ROUNDS TOKENIZER}. One prompt says the same 24 random tokens over and over, the other is random. Compile it beside the engine's classes.
 * The tokenizer may be another model's that knows as many tokens.
 */
public final class GuessBench {

    private static final int PROMPT = 192;
    private static final int PERIOD = 24;
    private static final int ANSWER = 128;
    private static final int GUESSED = 4;
    private static final int STEP = 256;

    public static void main(String[] arguments) throws InterruptedException {
        EngineOptions options = EngineOptions.of(Path.of(arguments[0]));
        Random random = new Random(20_261_127);
        Tokenizer tokenizer = Tokenizer.load(Path.of(arguments[2]));
        try (Transformer transformer = Transformer.load(options.model(), options.transformer(STEP))) {
            while (transformer.loadMore()) {
                // until every weight lies as it is read fastest
            }
            int[] plain = random.ints(PROMPT, 0, transformer.vocabularySize()).toArray();
            int[] repeating = new int[PROMPT];
            for (int i = 0; i < PROMPT; i++) {
                repeating[i] = plain[i % PERIOD];
            }
            for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
                compare(transformer, tokenizer, "repeating", repeating);
                compare(transformer, tokenizer, "random", plain);
            }
        }
    }

    /** An answer's text, and how long it took. */
    private record Timed(String text, double seconds) {}

    private static void compare(Transformer transformer, Tokenizer tokenizer, String name, int[] prompt)
            throws InterruptedException {
        Timed plain = answered(transformer, tokenizer, prompt, 0);
        Timed guessed = answered(transformer, tokenizer, prompt, GUESSED);
        System.out.printf(
                Locale.ROOT,
                "%s: %.2f tokens/s without, %.2f with guesses, %.2f times, %s%n",
                name,
                ANSWER / plain.seconds(),
                ANSWER / guessed.seconds(),
                plain.seconds() / guessed.seconds(),
                plain.text().equals(guessed.text()) ? "the same text" : "ANOTHER TEXT");
    }

    /** The answer to a prompt that the cache holds. */
    private static Timed answered(Transformer transformer, Tokenizer tokenizer, int[] prompt, int guesses)
            throws InterruptedException {
        try (KvCache cache = transformer.newCache(256L << 20);
                EngineLoop loop = new EngineLoop(transformer, cache, new SchedulerBounds(1, STEP, guesses), 0)) {
            loop.start();
            answer(loop, tokenizer, prompt, 1);
            return answer(loop, tokenizer, prompt, ANSWER);
        }
    }

    private static Timed answer(EngineLoop loop, Tokenizer tokenizer, int[] prompt, int tokens)
            throws InterruptedException {
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
                new TimeLimits(Duration.ofMinutes(5), null),
                new SamplingSettings(0, 0, 1, 0, 1),
                List.of(),
                answer));
        GenerationEvent event = mailbox.next(Duration.ofMinutes(5));
        while (event == null || !event.terminal()) {
            if (event instanceof GenerationEvent.TextDelta delta) {
                text.append(delta.text());
            }
            event = mailbox.next(Duration.ofMinutes(5));
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        Thread.sleep(50);
        return new Timed(text.toString(), seconds);
    }
}
