package dev.perigee.engine;

import dev.perigee.engine.chat.AnswerParser;
import dev.perigee.engine.chat.AnswerSink;
import dev.perigee.engine.chat.ChatTemplate;
import dev.perigee.engine.chat.PlainTextParser;
import dev.perigee.engine.chat.ReasoningParser;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.KvLayout;
import dev.perigee.engine.sampling.LogitsProcessor;
import dev.perigee.engine.sampling.SamplingSettings;
import dev.perigee.engine.sampling.StopCondition;
import dev.perigee.engine.sampling.VocabularyLimit;
import dev.perigee.engine.scheduler.Answer;
import dev.perigee.engine.scheduler.EngineLoop;
import dev.perigee.engine.scheduler.Mailbox;
import dev.perigee.engine.scheduler.SchedulerBounds;
import dev.perigee.engine.scheduler.Sequence;
import dev.perigee.engine.scheduler.TimeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model that answers requests.
 *
 * <pre>{@code
 * try (InferenceEngine engine = InferenceEngine.open(EngineOptions.of(model))) {
 *     Generation generation = engine.submit(request);
 *     …
 * }
 * }</pre>
 *
 * <p>Threads: every method from any thread.
 */
public final class InferenceEngine implements AutoCloseable {

    private final LoadedModel model;
    private final KvCache cache;
    private final EngineLoop loop;
    private final AnswerConstraints constraints;
    private final Duration maxWait;
    private final ModelDescription description;
    private boolean closed;

    private InferenceEngine(LoadedModel model, EngineOptions.Bounds bounds) {
        this.model = model;
        this.cache = cache(model, bounds);
        this.description = description(model, cache);
        this.maxWait = bounds.maxWait();
        this.constraints = new AnswerConstraints(model.tokenizer(), model.stopIds(), model.template());
        this.loop = new EngineLoop(
                model.transformer(),
                cache,
                new SchedulerBounds(bounds.maxRunning(), bounds.stepTokens(), bounds.guessedTokens()),
                bounds.maxWaiting());
    }

    /**
     * Loads a model and starts its one thread.
     *
     * @throws ModelLoadException where the model cannot be loaded: what is wrong, where, what to do
     */
    public static InferenceEngine open(EngineOptions options) {
        LoadedModel model = LoadedModel.open(options);
        try {
            InferenceEngine engine = new InferenceEngine(model, options.bounds());
            engine.loop.start();
            return engine;
        } catch (RuntimeException | Error e) {
            model.transformer().close();
            throw e;
        }
    }

    /** As many pages as the running sequences can fill, within the memory allowed. */
    private static KvCache cache(LoadedModel model, EngineOptions.Bounds bounds) {
        KvLayout layout = model.transformer().cacheLayout();
        long pages = (long) layout.pagesFor(model.transformer().contextLength()) * bounds.maxRunning();
        return model.transformer()
                .newCache(Math.min(bounds.cacheBytes(), Math.multiplyExact(pages, layout.pageBytes())));
    }

    private static ModelDescription description(LoadedModel model, KvCache cache) {
        ModelDescription told = model.description();
        long fitting = (long) cache.pageCount() * cache.layout().pageTokens();
        int contextLength = (int) Math.min(told.contextLength(), fitting);
        return new ModelDescription(told.name(), contextLength, told.parameters(), told.digest());
    }

    /** Takes a request on that nobody meters. */
    public Generation submit(GenerationRequest request) {
        return submit(request, TokenMeter.NONE);
    }

    /**
     * Takes a request on; its events come from the generation returned. Where its turn does not come within the longest wait, or before its
     * deadline, it ends by {@link dev.perigee.engine.generation.GenerationEvent.Refused}.
     *
     * @param meter hears what it takes, on the engine's thread
     * @throws RequestRejectedException where the prompt is longer than the context, too many wait, or the engine is closed
     * @throws IllegalArgumentException where the request breaks the contract, by name and value; so where its schema cannot be
     *     enforced
     */
    public Generation submit(GenerationRequest request, TokenMeter meter) {
        loop.requireRoom();
        int[] promptIds = ids(request.prompt());
        requireFitting(promptIds);
        Mailbox mailbox = new Mailbox(request.limits().granted());
        loop.submit(new Sequence(
                promptIds,
                request.scheduling(),
                new TimeLimits(maxWait, request.limits().deadline()),
                SamplingSettings.resolve(request.sampling(), model.defaults().sampling(), temperature()),
                processors(request),
                answer(request, promptIds.length, mailbox, meter)));
        return new SubmittedGeneration(request.id(), mailbox);
    }

    private double temperature() {
        @Nullable ChatTemplate template = model.template();
        return template == null ? 1 : template.recommendedTemperature();
    }

    private List<LogitsProcessor> processors(GenerationRequest request) {
        List<LogitsProcessor> processors = new ArrayList<>();
        processors.add(new VocabularyLimit(model.tokenizer().vocabularySize()));
        constraints.of(request).ifPresent(processors::add);
        return processors;
    }

    /**
     * How many tokens this prompt has.
     *
     * @throws IllegalArgumentException where the prompt breaks the contract, by name and value
     */
    public int countTokens(Prompt prompt) {
        return ids(prompt).length;
    }

    /** What was loaded. */
    public ModelDescription modelDescription() {
        return description;
    }

    /** What it is doing now. */
    public EngineStatistics statistics() {
        return new EngineStatistics(
                loop.waiting(),
                loop.running(),
                loop.promptTokens(),
                loop.generatedTokens(),
                cache.freePages(),
                cache.pageCount());
    }

    /** Ends running generations with a terminal event and gives all memory back. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            loop.close();
            cache.close();
            model.transformer().close();
        }
    }

    private int[] ids(Prompt prompt) {
        int[] ids = switch (prompt) {
            case Prompt.Chat chat -> model.chatTemplate().render(model.tokenizer(), chat.messages(), chat.tools());
            case Prompt.Raw raw -> model.tokenizer().encodePrompt(raw.text());
        };
        if (ids.length == 0) {
            throw new IllegalArgumentException("prompt is empty, must have at least one token");
        }
        return ids;
    }

    private void requireFitting(int[] promptIds) {
        if (promptIds.length >= description.contextLength()) {
            throw new RequestRejectedException(
                    new Rejection.ContextLengthExceeded(promptIds.length, description.contextLength()));
        }
    }

    private Answer answer(GenerationRequest request, int promptTokens, Mailbox mailbox, TokenMeter meter) {
        int room = description.contextLength() - promptTokens;
        return new Answer(
                new StopCondition(model.stopIds(), request.limits().stop()),
                mailbox,
                meter,
                sink -> parser(request.prompt(), sink),
                promptTokens,
                Math.min(room, request.limits().maxTokens()));
    }

    private AnswerParser parser(Prompt prompt, AnswerSink sink) {
        return switch (prompt) {
            case Prompt.Chat chat ->
                new ReasoningParser(
                        model.tokenizer(),
                        sink,
                        chat.earlierCalls(),
                        model.chatTemplate().beginsInsideReasoning());
            case Prompt.Raw _ -> new PlainTextParser(model.tokenizer(), sink);
        };
    }
}
