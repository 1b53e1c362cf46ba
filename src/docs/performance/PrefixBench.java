package dev.perigee.engine.tool;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.scheduler.EngineLoop;
import dev.perigee.engine.scheduler.SchedulerBounds;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Random;

/**
 * Time to the first token of a prompt of 2,016 random tokens, and of others that begin with the same 2,000 and end with 16 of their own:
 * {@code PrefixBench MODEL REQUESTS TOKENIZER}. Compile it and {@link TimedAnswer} beside the engine's classes. The tokenizer may be another
 * model's that knows as many tokens.
 */
public final class PrefixBench {

    private static final int PREFIX = 2_000;
    private static final int OWN = 16;
    private static final int STEP = 512;

    public static void main(String[] arguments) throws InterruptedException {
        EngineOptions options = EngineOptions.of(Path.of(arguments[0]));
        Random random = new Random(20_261_126);
        Tokenizer tokenizer = Tokenizer.load(Path.of(arguments[2]));
        try (Transformer transformer = Transformer.load(options.model(), options.transformer(STEP));
                KvCache cache = transformer.newCache(1L << 30);
                EngineLoop loop = new EngineLoop(transformer, cache, new SchedulerBounds(1, STEP, 0), 0)) {
            while (transformer.loadMore()) {
                // until every weight lies as it is read fastest
            }
            loop.start();
            int[] prompt = random.ints(PREFIX + OWN, 0, transformer.vocabularySize()).toArray();
            int[] other = random.ints(PREFIX + OWN, 0, transformer.vocabularySize()).toArray();
            TimedAnswer.of(loop, tokenizer, other, 1); // warms up
            double first = TimedAnswer.of(loop, tokenizer, prompt, 1).seconds();
            System.out.printf("first: %.1f ms to the first token%n", 1e3 * first);
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                System.arraycopy(random.ints(OWN, 0, transformer.vocabularySize()).toArray(), 0, prompt, PREFIX, OWN);
                double next = TimedAnswer.of(loop, tokenizer, prompt, 1).seconds();
                System.out.printf("same beginning: %.1f ms, %.2f %% of the first%n", 1e3 * next, 100 * next / first);
            }
        }
    }
}
