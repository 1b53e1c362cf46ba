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
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Time to the first token of a prompt of 2,016 random tokens, and of others that begin with the same 2,000 and end with 16 of their own:
 * {@code PrefixBench MODEL REQUESTS TOKENIZER}. Compile it beside the engine's classes. The model's own tokenizer is not needed: any will do, such as
 * Moonlet's, as every token ends the answer.
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
            answer(loop, tokenizer, random.ints(PREFIX + OWN, 0, transformer.vocabularySize()).toArray()); // warms up
            double first = answer(loop, tokenizer, prompt);
            System.out.printf("first: %.1f ms to the first token%n", first);
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                System.arraycopy(random.ints(OWN, 0, transformer.vocabularySize()).toArray(), 0, prompt, PREFIX, OWN);
                double next = answer(loop, tokenizer, prompt);
                System.out.printf("same beginning: %.1f ms, %.2f %% of the first%n", next, 100 * next / first);
            }
        }
    }

    private static double answer(EngineLoop loop, Tokenizer tokenizer, int[] prompt) throws InterruptedException {
        Mailbox mailbox = new Mailbox();
        Answer answer = new Answer(
                new StopCondition(IntStream.range(0, 200_000).boxed().collect(Collectors.toSet()), List.of()),
                mailbox,
                TokenMeter.NONE,
                sink -> new PlainTextParser(tokenizer, sink),
                prompt.length,
                1);
        long begun = System.nanoTime();
        loop.submit(new Sequence(
                prompt,
                new GenerationRequest.Scheduling("key", "partition", 1),
                new TimeLimits(Duration.ofMinutes(5), null),
                new SamplingSettings(0, 0, 1, 0, 1),
                List.of(),
                answer));
        GenerationEvent event = mailbox.next(Duration.ofMinutes(5));
        while (event == null || !event.terminal()) {
            event = mailbox.next(Duration.ofMinutes(5));
        }
        double millis = (System.nanoTime() - begun) / 1e6;
        Thread.sleep(50);
        return millis;
    }
}
