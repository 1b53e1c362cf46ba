package dev.perigee.inference.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.Prompt.Chat;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.inference.GenerationFailedException;
import dev.perigee.inference.ScriptedBackend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;
import reactor.core.Disposable;

class PerigeeChatModelTests {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final TokenUsage USAGE = new TokenUsage(9, 4, 6, 2);

    private final ScriptedBackend backend = new ScriptedBackend();
    private final PerigeeChatModel model = PerigeeChatModel.builder(backend).build();

    @Test
    void callWhenTextComesInPiecesReturnsTheWhole() {
        backend.thenText("Once ", "upon ", "a time.");
        ChatResponse response = model.call(new Prompt("A story."));
        assertThat(response.getResult().getOutput().getText()).isEqualTo("Once upon a time.");
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
        assertThat(response.getMetadata().getModel()).isEqualTo("scripted");
        assertThat(response.getMetadata().getId()).isEqualTo(backend.request().id());
    }

    @Test
    void usageWhenPromptWasPartlyCachedCountsTheCachedTokens() {
        backend.then(new GenerationEvent.Started(9), new GenerationEvent.Finished(FinishReason.STOP, USAGE));
        Usage usage = model.call(new Prompt("Hello")).getMetadata().getUsage();
        assertThat(usage.getPromptTokens()).isEqualTo(9);
        assertThat(usage.getCompletionTokens()).isEqualTo(6);
        assertThat(usage.getTotalTokens()).isEqualTo(15);
        assertThat(usage.getCacheReadInputTokens()).isEqualTo(4L);
        assertThat(usage.getNativeUsage()).isEqualTo(USAGE);
    }

    @Test
    void streamWhenTextComesInPiecesHandsOnEachAndEndsWithUsage() {
        backend.thenText("Once ", "upon");
        List<ChatResponse> chunks =
                model.stream(new Prompt("A story.")).collectList().block(SOON);
        assertThat(chunks)
                .extracting(chunk -> chunk.getResult().getOutput().getText())
                .containsExactly("Once ", "upon", "");
        assertThat(chunks.getLast().getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
        assertThat(chunks.getLast().getMetadata().getUsage().getTotalTokens()).isEqualTo(7);
        assertThat(chunks.getFirst().getMetadata().getUsage().getTotalTokens()).isZero();
    }

    @Test
    void reasoningWhenThereIsSomeStandsWholeInTheMetadata() {
        backend.then(
                new GenerationEvent.ReasoningDelta("two and "),
                new GenerationEvent.ReasoningDelta("two"),
                new GenerationEvent.TextDelta("4"),
                new GenerationEvent.Finished(FinishReason.STOP, USAGE));
        List<ChatResponse> chunks =
                model.stream(new Prompt("2+2?")).collectList().block(SOON);
        assertThat(chunks)
                .extracting(chunk -> chunk.getResult().getOutput().getMetadata().get("reasoningContent"))
                .containsExactly("two and ", "two and two", "two and two", "two and two");
    }

    @Test
    void toolCallWhenItsArgumentsComeInPiecesIsHandedBackWhole() {
        backend.then(
                new GenerationEvent.ToolCallStarted(0, "functions.get_weather:0", "get_weather"),
                new GenerationEvent.ToolCallArgumentsDelta(0, "{\"city\":"),
                new GenerationEvent.ToolCallArgumentsDelta(0, "\"Oslo\"}"),
                new GenerationEvent.Finished(FinishReason.TOOL_CALLS, USAGE));
        assertThat(model.call(new Prompt("Weather?")).getResult().getOutput().getToolCalls())
                .containsExactly(new AssistantMessage.ToolCall(
                        "functions.get_weather:0", "function", "get_weather", "{\"city\":\"Oslo\"}"));
    }

    @Test
    void toolCallWhenCutShortByTheLimitIsLeftOut() {
        backend.then(
                new GenerationEvent.ToolCallStarted(0, "functions.a:0", "a"),
                new GenerationEvent.ToolCallArgumentsDelta(0, "{}"),
                new GenerationEvent.ToolCallStarted(1, "functions.b:1", "b"),
                new GenerationEvent.ToolCallArgumentsDelta(1, "{\"city\":\"Os"),
                new GenerationEvent.Finished(FinishReason.LENGTH, USAGE));
        ChatResponse response = model.call(new Prompt("Weather?"));
        assertThat(response.getResult().getOutput().getToolCalls())
                .extracting(AssistantMessage.ToolCall::name)
                .containsExactly("a");
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("LENGTH");
    }

    @Test
    void messagesWhenOfEveryKindReachTheBackendInOrder() {
        backend.thenText("12 degrees.");
        model.call(new Prompt(
                new SystemMessage("Be brief."),
                new UserMessage("Weather in Oslo?"),
                AssistantMessage.builder()
                        .content("")
                        .properties(Map.of("reasoningContent", "a tool"))
                        .toolCalls(List.of(new AssistantMessage.ToolCall("id-1", "function", "weather", "{}")))
                        .build(),
                ToolResponseMessage.builder()
                        .responses(List.of(new ToolResponseMessage.ToolResponse("id-1", "weather", "12")))
                        .build()));
        assertThat(((Chat) backend.request().prompt()).messages())
                .containsExactly(
                        new ChatMessage.System("Be brief."),
                        new ChatMessage.User("Weather in Oslo?"),
                        new ChatMessage.Assistant(
                                "", "a tool", List.of(new dev.perigee.engine.chat.ToolCall("id-1", "weather", "{}"))),
                        new ChatMessage.ToolResult("id-1", "12"));
    }

    @Test
    void optionsWhenSetReachTheBackend() {
        backend.thenText("");
        model.call(new Prompt(
                "Hello",
                PerigeeChatOptions.builder()
                        .temperature(0.5)
                        .topK(40)
                        .topP(0.9)
                        .minP(0.05)
                        .seed(7L)
                        .maxTokens(100)
                        .stopSequences(List.of("END"))
                        .build()));
        assertThat(backend.request().sampling().seed()).isEqualTo(7L);
        assertThat(backend.request().sampling().minP()).isEqualTo(0.05);
        assertThat(backend.request().sampling().topK()).isEqualTo(40);
        assertThat(backend.request().limits().maxTokens()).isEqualTo(100);
        assertThat(backend.request().limits().stop()).containsExactly("END");
    }

    @Test
    void optionsWhenNoneLeaveSamplingToTheModelAndLengthToTheContext() {
        backend.thenText("");
        model.call(new Prompt("Hello"));
        assertThat(backend.request().sampling().temperature()).isNull();
        assertThat(backend.request().limits().maxTokens()).isEqualTo(2048);
    }

    @Test
    void optionsWhenOfAnotherKindAreConverted() {
        backend.thenText("");
        model.call(new Prompt(
                "Hello", ChatOptions.builder().temperature(0.1).maxTokens(9).build()));
        assertThat(backend.request().sampling().temperature()).isEqualTo(0.1);
        assertThat(backend.request().limits().maxTokens()).isEqualTo(9);
    }

    @Test
    void outputSchemaWhenSetIsAskedForBehindTheQuestionAndEnforced() {
        backend.thenText("{}");
        String schema = "{\n  \"type\" : \"object\"\n}";
        model.call(new Prompt(
                "Who?", PerigeeChatOptions.builder().outputSchema(schema).build()));
        assertThat(((Chat) backend.request().prompt()).messages())
                .containsExactly(new ChatMessage.User(
                        "Who?\nAnswer only with JSON that follows this JSON Schema: {\"type\":\"object\"}"));
        assertThat(backend.request().constraint()).isEqualTo(OutputConstraint.schema(schema));
    }

    @Test
    void modelWhenNotServedIsRefusedByName() {
        Prompt prompt =
                new Prompt("Hi", PerigeeChatOptions.builder().model("gpt").build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.call(prompt))
                .withMessage("The model is gpt, served are [scripted].");
        assertThat(backend.requests()).isEmpty();
    }

    @Test
    void penaltyWhenNotZeroIsRefusedByName() {
        Prompt prompt = new Prompt(
                "Hi", PerigeeChatOptions.builder().presencePenalty(0.5).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.call(prompt))
                .withMessageContaining("presence penalty is 0.5");
    }

    @Test
    void mediaWhenInAMessageIsRefusedByType() {
        Media image = new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(new byte[] {1}));
        Prompt prompt =
                new Prompt(UserMessage.builder().text("What?").media(image).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.call(prompt))
                .withMessage("A user message carries image/png, the model reads only text.");
    }

    @Test
    void rejectionWhenTheBackendIsFullReachesCallAndStream() {
        assertThatExceptionOfType(RequestRejectedException.class).isThrownBy(() -> model.call(new Prompt("Hi")));
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> model.stream(new Prompt("Hi")).blockLast(SOON));
    }

    @Test
    void rejectionWhenTheRequestWaitedTooLongReachesCallAndStream() {
        Rejection rejection = new Rejection.WaitedTooLong(Duration.ofSeconds(30));
        GenerationEvent[] refused = {new GenerationEvent.Started(5), new GenerationEvent.Refused(rejection)};
        backend.then(refused).then(refused);
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> model.call(new Prompt("Hi")))
                .withMessage("The server is full: the request waited 30.0 s and its turn did not come.")
                .satisfies(e -> assertThat(e.rejection()).isEqualTo(rejection));
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> model.stream(new Prompt("Hi")).blockLast(SOON))
                .satisfies(e -> assertThat(e.rejection()).isEqualTo(rejection));
    }

    @Test
    void failureWhenItComesMidwayEndsCallAndStream() {
        GenerationEvent[] failing = {
            new GenerationEvent.TextDelta("Once"), new GenerationEvent.Failed("The step failed.", USAGE)
        };
        backend.then(failing).then(failing);
        assertThatExceptionOfType(GenerationFailedException.class)
                .isThrownBy(() -> model.call(new Prompt("Hi")))
                .withMessage("The step failed.")
                .satisfies(failed -> assertThat(failed.usage()).isEqualTo(USAGE));
        assertThatExceptionOfType(GenerationFailedException.class)
                .isThrownBy(() -> model.stream(new Prompt("Hi")).blockLast(SOON));
    }

    @Test
    void streamWhenCancelledCancelsTheGeneration() throws InterruptedException {
        backend.then(new GenerationEvent.TextDelta("Once"));
        Disposable subscription = model.stream(new Prompt("Hi")).subscribe();
        assertThat(backend.cancelledWithin(Duration.ofMillis(50))).isFalse();
        subscription.dispose();
        assertThat(backend.cancelledWithin(SOON)).isTrue();
    }

    @Test
    void streamWhenOnlyTheFirstPieceIsTakenCancelsTheGeneration() throws InterruptedException {
        backend.then(new GenerationEvent.TextDelta("Once"), new GenerationEvent.TextDelta(" upon"));
        assertThat(model.stream("Hi").blockFirst(SOON)).isEqualTo("Once");
        assertThat(backend.cancelledWithin(SOON)).isTrue();
    }

    @Test
    void callWhenInterruptedCancelsTheGenerationAndKeepsTheInterrupt() throws Exception {
        backend.then(new GenerationEvent.TextDelta("Once"));
        CompletableFuture<Boolean> interruptKept = new CompletableFuture<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                model.call(new Prompt("Hi"));
                interruptKept.complete(false);
            } catch (CancellationException e) {
                interruptKept.complete(Thread.currentThread().isInterrupted());
            }
        });
        while (backend.requests().isEmpty()) {
            Thread.sleep(1);
        }
        caller.interrupt();
        assertThat(interruptKept.get()).isTrue();
        assertThat(backend.cancelledWithin(SOON)).isTrue();
    }

    @Test
    void streamWhenSubscribedTwiceAsksTwice() {
        backend.thenText("one").thenText("two");
        var stream = model.stream("Hi");
        assertThat(stream.collectList().block(SOON)).containsExactly("one", "");
        assertThat(stream.collectList().block(SOON)).containsExactly("two", "");
        assertThat(backend.requests()).extracting(request -> request.id()).doesNotHaveDuplicates();
    }
}
