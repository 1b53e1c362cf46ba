package dev.perigee.inference.chat;

import dev.perigee.engine.Generation;
import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt.Chat;
import dev.perigee.inference.GenerationFailedException;
import dev.perigee.inference.InferenceBackend;
import dev.perigee.inference.ServedModel;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.model.tool.ToolCallingManager;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Spring AI's chat model over an {@link InferenceBackend}.
 *
 * <p>A prompt's own options count as they are, those of the model only where a prompt has none ({@code ChatClient} joins the two by
 * itself). Tools are declared to the model and its calls are handed back; {@code ChatClient}, or the caller, runs them.
 *
 * <p>Errors: {@link IllegalArgumentException} for a prompt or option that cannot be had,
 * {@link dev.perigee.engine.generation.RequestRejectedException} where the backend does not take the request or does not
 * begin it in time,
 * {@link GenerationFailedException} where it could not finish; from a stream as its error signal.
 *
 * <p>Threads: every method from any thread; {@link #call} blocks and ends the generation when interrupted. Each stream is read by a
 * virtual thread of its own, and a cancelled one ends its generation at the next token.
 */
public final class PerigeeChatModel implements ChatModel {

    private static final String PROVIDER = "perigee";
    private static final ChatModelObservationConvention STANDARD_CONVENTION =
            new DefaultChatModelObservationConvention();

    private final InferenceBackend backend;
    private final PerigeeChatOptions options;
    private final ToolCallingManager toolCallingManager;
    private final ObservationRegistry observationRegistry;
    private final @Nullable ChatModelObservationConvention observationConvention;

    private PerigeeChatModel(Builder builder) {
        this.backend = builder.backend;
        this.options = builder.options;
        this.toolCallingManager = builder.toolCallingManager;
        this.observationRegistry = builder.observationRegistry;
        this.observationConvention = builder.observationConvention;
    }

    /** A model over this backend, which it does not close. */
    public static Builder builder(InferenceBackend backend) {
        return new Builder(backend);
    }

    @Override
    public ChatOptions getOptions() {
        return options;
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        Exchange exchange = exchange(prompt, false);
        return exchange.observation()
                .observe(() -> exchange.read(backend.submit(exchange.request()), PerigeeChatModel::drop));
    }

    private static void drop(ChatResponse chunk) {}

    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.deferContextual(context -> {
            Exchange exchange = exchange(prompt, true);
            exchange.startBelow(context.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
            Generation generation = submit(exchange);
            return Flux.create(sink -> {
                sink.onCancel(generation::cancel);
                Thread.ofVirtual()
                        .name("perigee-stream-" + generation.id())
                        .start(() -> pump(exchange, generation, sink));
            });
        });
    }

    private Generation submit(Exchange exchange) {
        try {
            return backend.submit(exchange.request());
        } catch (RuntimeException e) {
            exchange.observation().error(e);
            exchange.observation().stop();
            throw e;
        }
    }

    /** A cancelled stream is read on to its end, so that the observation knows what it took. */
    private static void pump(Exchange exchange, Generation generation, FluxSink<ChatResponse> sink) {
        Observation observation = exchange.observation();
        try {
            exchange.read(generation, sink::next);
            observation.stop();
            sink.complete();
        } catch (RuntimeException e) {
            observation.error(e);
            observation.stop();
            sink.error(e);
        }
    }

    private Exchange exchange(Prompt prompt, boolean streaming) {
        PerigeeChatOptions wishes = complete(prompt.getOptions());
        GenerationRequest request = request(prompt, wishes);
        ChatModelObservationContext context = ChatModelObservationContext.builder()
                .prompt(prompt.mutate().chatOptions(wishes).build())
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
        Observation observation = ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                observationConvention, STANDARD_CONVENTION, () -> context, observationRegistry);
        return new Exchange(request, new Answer(request.id(), served(wishes).name()), context, observation);
    }

    /** With the model's name filled in, so that every observation has it. */
    private PerigeeChatOptions complete(@Nullable ChatOptions asked) {
        PerigeeChatOptions wishes = asked == null ? options : PerigeeChatOptions.from(asked);
        String name = served(wishes).name();
        return name.equals(wishes.getModel())
                ? wishes
                : wishes.mutate().model(name).build();
    }

    private ServedModel served(PerigeeChatOptions wishes) {
        List<ServedModel> models = backend.models();
        String name = wishes.getModel();
        if (name == null) {
            return models.getFirst();
        }
        return models.stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The model is " + name + ", served are "
                        + models.stream().map(ServedModel::name).toList() + "."));
    }

    private GenerationRequest request(Prompt prompt, PerigeeChatOptions wishes) {
        ToolCallingChatOptions.validateToolCallbacks(wishes.getToolCallbacks());
        List<ToolDefinition> tools = toolCallingManager.resolveToolDefinitions(wishes).stream()
                .map(RequestTranslation::tool)
                .toList();
        return new GenerationRequest(
                UUID.randomUUID().toString(),
                new Chat(RequestTranslation.messages(prompt.getInstructions(), wishes.getOutputSchema()), tools),
                RequestTranslation.sampling(wishes),
                RequestTranslation.limits(wishes, served(wishes).contextLength()),
                GenerationRequest.Scheduling.single(),
                RequestTranslation.form(wishes));
    }

    /** Collects what a model is made of; all but the backend has a default. */
    public static final class Builder {

        private final InferenceBackend backend;
        private PerigeeChatOptions options = PerigeeChatOptions.builder().build();
        private ToolCallingManager toolCallingManager =
                ToolCallingManager.builder().build();
        private ObservationRegistry observationRegistry = ObservationRegistry.NOOP;
        private @Nullable ChatModelObservationConvention observationConvention;

        private Builder(InferenceBackend backend) {
            this.backend = backend;
        }

        /** Options of a prompt that has none, and those that {@code ChatClient} starts from; nothing set by default. */
        public Builder options(PerigeeChatOptions standard) {
            this.options = standard;
            return this;
        }

        /** Tells which tools a request declares. */
        public Builder toolCallingManager(ToolCallingManager manager) {
            this.toolCallingManager = manager;
            return this;
        }

        /** Where calls and streams are observed, as {@code gen_ai.client.operation}; nowhere by default. */
        public Builder observationRegistry(ObservationRegistry registry) {
            this.observationRegistry = registry;
            return this;
        }

        /** Names and key values of the observations; {@code null} for Spring AI's own. */
        public Builder observationConvention(@Nullable ChatModelObservationConvention convention) {
            this.observationConvention = convention;
            return this;
        }

        /** The model. */
        public PerigeeChatModel build() {
            return new PerigeeChatModel(this);
        }
    }
}
