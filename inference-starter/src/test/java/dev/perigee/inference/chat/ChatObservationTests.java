package dev.perigee.inference.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.inference.ScriptedBackend;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.observation.ChatModelMeterObservationHandler;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.Disposable;
import reactor.util.context.Context;

class ChatObservationTests {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ScriptedBackend backend = new ScriptedBackend();
    private final PerigeeChatModel model =
            PerigeeChatModel.builder(backend).observationRegistry(registry).build();

    ChatObservationTests() {
        registry.observationConfig().observationHandler(new ChatModelMeterObservationHandler(meters));
    }

    @Test
    void callWhenItEndsIsObservedWithModelAndUsage() {
        backend.thenText("a", "b");
        model.call(new Prompt("Hi"));
        assertObserved();
    }

    @Test
    void streamWhenItEndsIsObservedWithModelAndUsage() {
        backend.thenText("a", "b");
        model.stream(new Prompt("Hi")).blockLast(SOON);
        assertObserved();
    }

    private void assertObserved() {
        TestObservationRegistryAssert.assertThat(registry)
                .hasNumberOfObservationsEqualTo(1)
                .hasObservationWithNameEqualTo("gen_ai.client.operation")
                .that()
                .hasBeenStarted()
                .hasBeenStopped()
                .hasLowCardinalityKeyValue("gen_ai.operation.name", "chat")
                .hasLowCardinalityKeyValue("gen_ai.system", "perigee")
                .hasLowCardinalityKeyValue("gen_ai.request.model", "scripted")
                .hasLowCardinalityKeyValue("gen_ai.response.model", "scripted")
                .hasHighCardinalityKeyValue("gen_ai.usage.input_tokens", "5")
                .hasHighCardinalityKeyValue("gen_ai.usage.output_tokens", "2");
        assertThat(outputTokens()).isEqualTo(2);
    }

    @Test
    void streamWhenCancelledIsStillMeasured() throws InterruptedException {
        backend.then(new GenerationEvent.TextDelta("Once"));
        Disposable subscription = model.stream(new Prompt("Hi")).subscribe();
        subscription.dispose();
        assertThat(backend.cancelledWithin(SOON)).isTrue();
        long end = System.nanoTime() + SOON.toNanos();
        // the meter is registered first and counts after
        while (!isCounted() && System.nanoTime() < end) {
            Thread.sleep(1);
        }
        assertThat(outputTokens()).isEqualTo(ScriptedBackend.CANCELLED_USAGE.outputTokens());
    }

    @Test
    void streamWhenAParentIsInItsContextBecomesItsChild() {
        backend.thenText("a");
        Observation parent = Observation.start("parent", registry);
        model.stream(new Prompt("Hi"))
                .contextWrite(Context.of(ObservationThreadLocalAccessor.KEY, parent))
                .blockLast(SOON);
        parent.stop();
        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("gen_ai.client.operation")
                .that()
                .hasParentObservationEqualTo(parent);
    }

    @Test
    void rejectionWhenObservedIsAnErrorAndStops() {
        assertThatExceptionOfType(RequestRejectedException.class).isThrownBy(() -> model.call(new Prompt("Hi")));
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> model.stream(new Prompt("Hi")).blockLast(SOON));
        TestObservationRegistryAssert.assertThat(registry)
                .doesNotHaveAnyRemainingCurrentObservation()
                .hasNumberOfObservationsEqualTo(2)
                .forAllObservationsWithNameEqualTo("gen_ai.client.operation", observation -> observation.hasError());
        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("gen_ai.client.operation")
                .that()
                .hasBeenStopped();
    }

    private boolean isCounted() {
        Counter counter = meters.find("gen_ai.client.token.usage")
                .tag("gen_ai.token.type", "output")
                .counter();
        return counter != null && counter.count() > 0;
    }

    private double outputTokens() {
        return meters.get("gen_ai.client.token.usage")
                .tag("gen_ai.token.type", "output")
                .counter()
                .count();
    }
}
