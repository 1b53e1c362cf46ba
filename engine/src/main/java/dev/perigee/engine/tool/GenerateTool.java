package dev.perigee.engine.tool;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.Generation;
import dev.perigee.engine.InferenceEngine;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.SamplingParameters;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One generation to a stream, its figures to another: the command {@code generate}. */
public final class GenerateTool {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private GenerateTool() {}

    /**
     * What to generate.
     *
     * @param options model and kernels
     * @param prompt the user's words
     * @param raw whether the prompt is fed as it is, without the chat template
     * @param maxTokens most tokens to generate
     * @param sampling how tokens are drawn
     */
    public record Order(
            EngineOptions options, String prompt, boolean raw, int maxTokens, SamplingParameters sampling) {}

    /**
     * Loads the model, generates, and closes it again. The answer is flushed piece by piece and ends with a line break.
     *
     * @throws ModelLoadException where the model cannot be loaded
     * @throws IllegalArgumentException where the prompt or a value is refused, or the generation failed
     * @throws InterruptedException where the calling thread is interrupted
     */
    public static void run(Order order, PrintStream answer, PrintStream figures) throws InterruptedException {
        long start = System.nanoTime();
        try (InferenceEngine engine = InferenceEngine.open(options(order))) {
            GenerationFigures measured = new GenerationFigures(System.nanoTime() - start);
            Generation generation = submit(engine, order);
            measured.submitted();
            AnswerPrinter printer = new AnswerPrinter(answer);
            @Nullable GenerationEvent event = null;
            while (event == null || !event.terminal()) {
                event = generation.next(PATIENCE);
                if (event != null) {
                    measured.seen(event);
                    printer.print(event);
                }
            }
            measured.print(figures);
            refuseFailed(event);
        }
    }

    private static EngineOptions options(Order order) {
        EngineOptions options = order.options();
        return options.withBounds(options.bounds().withMaxRunning(1).withMaxWaiting(0))
                .withDialogue(new EngineOptions.Dialogue(options.dialogue().chatTemplate(), order.raw()));
    }

    private static Generation submit(InferenceEngine engine, Order order) {
        Prompt prompt = order.raw()
                ? new Prompt.Raw(order.prompt())
                : new Prompt.Chat(List.of(new ChatMessage.User(order.prompt())), List.of());
        GenerationRequest.Limits limits = new GenerationRequest.Limits(order.maxTokens(), List.of());
        try {
            return engine.submit(new GenerationRequest(
                    "generate", prompt, order.sampling(), limits, GenerationRequest.Scheduling.single()));
        } catch (RequestRejectedException e) {
            throw new IllegalArgumentException(e.rejection().message(), e);
        }
    }

    private static void refuseFailed(GenerationEvent last) {
        if (last instanceof GenerationEvent.Failed failed) {
            throw new IllegalArgumentException(failed.message());
        }
        if (last instanceof GenerationEvent.Refused refused) {
            throw new IllegalArgumentException(refused.rejection().message());
        }
    }
}
