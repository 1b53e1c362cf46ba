package dev.perigee.inference.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.EngineStatistics;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.inference.EmbeddedBackend;
import dev.perigee.inference.InferenceBackend;
import dev.perigee.inference.ScriptedBackend;
import dev.perigee.inference.chat.PerigeeChatModel;
import dev.perigee.inference.chat.PerigeeChatOptions;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PerigeeInferenceAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PerigeeInferenceAutoConfiguration.class,
                    PerigeeMetricsAutoConfiguration.class,
                    ToolCallingAutoConfiguration.class,
                    ChatClientAutoConfiguration.class));

    private final ApplicationContextRunner scripted =
            runner.withBean("scripted", InferenceBackend.class, ScriptedBackend::new);

    @TempDir
    private Path folder;

    @Test
    void chatModelWhenNothingIsChosenIsPerigees() {
        scripted.run(context -> {
            assertThat(context).hasSingleBean(PerigeeChatModel.class);
            assertThat(context.getBean(ChatClient.Builder.class)).isNotNull();
        });
    }

    @Test
    void chatModelWhenPerigeeIsChosenIsThere() {
        scripted.withPropertyValues("spring.ai.model.chat=perigee")
                .run(context -> assertThat(context).hasSingleBean(PerigeeChatModel.class));
    }

    @Test
    void chatModelWhenAnotherOrNoneIsChosenIsAbsent() {
        for (String choice : new String[] {"none", "openai"}) {
            runner.withPropertyValues("spring.ai.model.chat=" + choice)
                    .run(context -> assertThat(context)
                            .doesNotHaveBean(ChatModel.class)
                            .doesNotHaveBean(InferenceBackend.class));
        }
    }

    @Test
    void engineWhenTheApplicationHasABackendIsNotOpened() {
        scripted.run(context ->
                assertThat(context).hasSingleBean(InferenceBackend.class).doesNotHaveBean(EmbeddedBackend.class));
    }

    @Test
    void backendWhenTheContextClosesIsClosed() {
        AtomicReference<ScriptedBackend> backend = new AtomicReference<>();
        scripted.run(context -> backend.set((ScriptedBackend) context.getBean(InferenceBackend.class)));
        assertThat(backend.get().closed()).isTrue();
    }

    @Test
    void chatPropertiesWhenSetBecomeTheModelsOptions() {
        scripted.withPropertyValues(
                        "perigee.chat.max-tokens=100",
                        "perigee.chat.stop-sequences=A,B",
                        "perigee.chat.temperature=0.2",
                        "perigee.chat.top-k=5",
                        "perigee.chat.top-p=0.8",
                        "perigee.chat.min-p=0.1",
                        "perigee.chat.seed=7")
                .run(context -> assertThat(
                                context.getBean(PerigeeChatModel.class).getOptions())
                        .isEqualTo(PerigeeChatOptions.builder()
                                .maxTokens(100)
                                .stopSequences(List.of("A", "B"))
                                .temperature(0.2)
                                .topK(5)
                                .topP(0.8)
                                .minP(0.1)
                                .seed(7L)
                                .build()));
    }

    @Test
    void propertyWhenOutOfBoundsFailsTheStartByNameAndBound() {
        assertRefused("perigee.engine.kernels.threads=0", "threads is 0, must be at least 1");
        assertRefused("perigee.engine.bounds.max-waiting=-1", "maxWaiting is -1, must be at least 0");
        assertRefused("perigee.engine.bounds.max-wait=0s", "maxWait is PT0S, must be positive");
        assertRefused("perigee.engine.latent-norm-eps=2", "latentNormEps is 2.0, must be at least 0 and below 1");
        assertRefused("perigee.chat.temperature=3", "temperature is 3.0, must lie between 0.0 and 2.0");
        assertRefused("perigee.chat.max-tokens=0", "max-tokens is 0, must be at least 1");
    }

    private void assertRefused(String property, String message) {
        scripted.withPropertyValues(property)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
    }

    @Test
    void modelWhenMissingFailsTheStartWithPlaceAndRemedy() {
        Path missing = folder.resolve("no-such-model");
        runner.withPropertyValues("perigee.model=" + missing)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(ModelLoadException.class, e -> {
                            assertThat(e.location()).startsWith(missing.toString());
                            assertThat(e.remedy()).isNotBlank();
                        }));
    }

    @Test
    void dataFolderWhenItIsAFileFailsTheStartWithPlaceAndRemedy() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        runner.withPropertyValues("perigee.data-dir=" + file)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(file.toString()));
    }

    @Test
    void metricsWhenMicrometerIsAbsentAreAbsent() {
        scripted.withClassLoader(new FilteredClassLoader(MeterBinder.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("engineMetrics"));
    }

    @Test
    void metricsWhenBoundReadTheEngine() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new EngineMetrics(() -> new EngineStatistics(3, 2, 100, 40, 6, 10)).bindTo(registry);
        assertThat(registry.get("perigee.engine.requests")
                        .tag("state", "waiting")
                        .gauge()
                        .value())
                .isEqualTo(3);
        assertThat(registry.get("perigee.engine.requests")
                        .tag("state", "running")
                        .gauge()
                        .value())
                .isEqualTo(2);
        assertThat(registry.get("perigee.engine.tokens")
                        .tag("type", "generated")
                        .functionCounter()
                        .count())
                .isEqualTo(40);
        assertThat(registry.get("perigee.engine.cache.pages")
                        .tag("state", "used")
                        .gauge()
                        .value())
                .isEqualTo(4);
    }
}
