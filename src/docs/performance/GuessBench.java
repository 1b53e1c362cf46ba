package dev.perigee.engine.tool;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.scheduler.EngineLoop;
import dev.perigee.engine.scheduler.SchedulerBounds;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * What guessing tokens from a request's own text gains: the same answers with none and with four guessed at a time, in turns, greedy, and their texts compared:
 * {@code GuessBench MODEL ROUNDS TOKENIZER}. One prompt says the same 24 random tokens over and over, the other is random. Compile it and {@link TimedAnswer} beside the engine's classes.
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

    private static void compare(Transformer transformer, Tokenizer tokenizer, String name, int[] prompt)
            throws InterruptedException {
        TimedAnswer plain = answered(transformer, tokenizer, prompt, 0);
        TimedAnswer guessed = answered(transformer, tokenizer, prompt, GUESSED);
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
    private static TimedAnswer answered(Transformer transformer, Tokenizer tokenizer, int[] prompt, int guesses)
            throws InterruptedException {
        try (KvCache cache = transformer.newCache(256L << 20);
                EngineLoop loop = new EngineLoop(transformer, cache, new SchedulerBounds(1, STEP, guesses), 0)) {
            loop.start();
            TimedAnswer.of(loop, tokenizer, prompt, 1);
            return TimedAnswer.of(loop, tokenizer, prompt, ANSWER);
        }
    }
}
