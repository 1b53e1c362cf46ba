package dev.perigee.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.tool.ConvertTool;
import dev.perigee.inference.autoconfigure.PerigeeInferenceAutoConfiguration;
import dev.perigee.inference.autoconfigure.PerigeeMetricsAutoConfiguration;
import dev.perigee.inference.chat.PerigeeChatModel;
import dev.perigee.inference.chat.PerigeeChatOptions;
import dev.perigee.moonlet.Moonlet;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;

/** The whole road with real weights: unpack, load, generate, measure, close. */
class BundledModelTests {

    private static final Prompt STORY = new Prompt(
            "Tell me a short story about a cat.",
            PerigeeChatOptions.builder()
                    .temperature(0.8)
                    .seed(11L)
                    .maxTokens(40)
                    .build());

    @TempDir
    private Path data;

    private void run(ContextConsumer<AssertableApplicationContext> test, String... properties) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        PerigeeInferenceAutoConfiguration.class,
                        PerigeeMetricsAutoConfiguration.class,
                        ToolCallingAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class))
                .withPropertyValues("perigee.data-dir=" + data)
                .withPropertyValues(properties)
                .run(test);
    }

    @Test
    void callAndStreamWhenSeededSayTheSame() {
        run(context -> {
            PerigeeChatModel model = context.getBean(PerigeeChatModel.class);
            ChatResponse whole = model.call(STORY);
            List<ChatResponse> chunks = model.stream(STORY).collectList().block(Duration.ofMinutes(1));
            StringBuilder joined = new StringBuilder();
            chunks.forEach(chunk -> joined.append(chunk.getResult().getOutput().getText()));
            assertThat(whole.getResult().getOutput().getText()).isNotBlank().isEqualTo(joined.toString());
            assertThat(whole.getMetadata().getModel()).isEqualTo("moonlet");
            assertThat(chunks.getLast().getMetadata().getUsage().getCompletionTokens())
                    .isEqualTo(whole.getMetadata().getUsage().getCompletionTokens());
            assertThat(data.resolve("models")).isDirectoryContaining(Files::isDirectory);
        });
    }

    @Test
    void ggufFileWhenSetIsServedByItsOwnName() throws IOException {
        Path file = data.resolve("converted.gguf");
        ByteArrayOutputStream sums = new ByteArrayOutputStream();
        Path bundled = Moonlet.packed().unpack(data.resolve("models"));
        ConvertTool.convert(
                new ConvertTool.Order(bundled, file, ConvertTool.Format.Q8_0, 2),
                new PrintStream(sums, false, StandardCharsets.UTF_8),
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        run(
                context -> {
                    PerigeeChatModel model = context.getBean(PerigeeChatModel.class);
                    assertThat(model.call(STORY).getResult().getOutput().getText())
                            .isNotBlank();
                    ServedModel served =
                            context.getBean(InferenceBackend.class).models().getFirst();
                    assertThat(served.name()).isEqualTo("moonlet");
                    assertThat(sums.toString(StandardCharsets.UTF_8)).startsWith(served.digest() + "  ");
                },
                "perigee.model=" + file);
    }

    record Cat(Colour colour, boolean indoors) {}

    enum Colour {
        BLACK,
        GINGER
    }

    @Test
    void entityWhenAskedForIsThereWhateverTheModelWouldHaveSaid() {
        run(context -> {
            ChatClient client = ChatClient.create(context.getBean(PerigeeChatModel.class));
            for (long seed = 1; seed <= 3; seed++) {
                Cat cat = client.prompt("Tell me about a cat.")
                        .options(PerigeeChatOptions.builder()
                                .temperature(1.0)
                                .seed(seed)
                                .maxTokens(500))
                        .call()
                        .entity(Cat.class, spec -> spec.useProviderStructuredOutput());
                assertThat(cat.colour()).isIn(Colour.BLACK, Colour.GINGER);
            }
        });
    }

    @Test
    void metersWhenAnAnswerWasGivenCountItsTokens() {
        run(context -> {
            int generated = context.getBean(PerigeeChatModel.class)
                    .call(STORY)
                    .getMetadata()
                    .getUsage()
                    .getCompletionTokens();
            assertThat(context.getBean(MeterRegistry.class)
                            .get("perigee.engine.tokens")
                            .tag("type", "generated")
                            .functionCounter()
                            .count())
                    .isEqualTo(generated);
        });
    }

    @Test
    void promptWhenLongerThanTheContextIsRejectedWithBothFigures() {
        run(context -> assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> context.getBean(PerigeeChatModel.class).call("cat ".repeat(5000)))
                .satisfies(e -> assertThat(e.rejection())
                        .isInstanceOfSatisfying(
                                Rejection.ContextLengthExceeded.class,
                                rejection -> assertThat(rejection.promptTokens())
                                        .isGreaterThan(rejection.contextLength()))));
    }

    @Test
    void callWhenTheContextClosesEnds() throws Exception {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        run(context -> {
            PerigeeChatModel model = context.getBean(PerigeeChatModel.class);
            CompletableFuture<Void> begun = new CompletableFuture<>();
            model.stream(new Prompt(
                            "Tell me a story.",
                            PerigeeChatOptions.builder().temperature(2.0).build()))
                    .doOnNext(_ -> begun.complete(null))
                    .last()
                    .subscribe(answer::complete, answer::completeExceptionally);
            begun.get();
        });
        String ending = answer.handle((response, failure) ->
                        failure == null ? response.getResult().getMetadata().getFinishReason() : failure.getMessage())
                .get(10, TimeUnit.SECONDS);
        assertThat(ending).isIn("The engine was closed.", "STOP", "LENGTH");
    }
}
