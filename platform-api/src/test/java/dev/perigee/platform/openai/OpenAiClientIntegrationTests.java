package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.models.Model;
import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.generation.GenerationEvent.TextDelta;
import dev.perigee.engine.generation.GenerationEvent.ToolCallArgumentsDelta;
import dev.perigee.engine.generation.GenerationEvent.ToolCallStarted;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.platform.testing.ScriptedBackend;
import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The official client, unmodified. */
class OpenAiClientIntegrationTests {

    private final TestPlatform platform = TestPlatform.shared();
    private final ScriptedBackend backend = platform.backend();
    private final Account account = platform.account();
    private final OpenAIClient client = client(account.key());

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(platform.address() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void closeClient() {
        client.close();
    }

    @Test
    void clientWhenAskingOnceGetsTextAndUsage() {
        backend.answer(request -> Script.ofWords("Once", " upon", " a", " cat"));

        ChatCompletion completion =
                client.chat().completions().create(question("Tell me a story").build());

        CompletionUsage usage = completion.usage().orElseThrow();
        assertThat(completion.choices().getFirst().message().content()).contains("Once upon a cat");
        assertThat(completion.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(usage.promptTokens()).isEqualTo(4);
        assertThat(usage.completionTokens()).isEqualTo(4);
        assertThat(usage.promptTokensDetails().orElseThrow().cachedTokens()).contains(2L);
        assertBilled(usage);
    }

    @Test
    void clientWhenStreamingGathersTheSameAnswer() {
        backend.answer(request -> Script.ofWords("Once", " upon", " a", " cat"));
        ChatCompletionAccumulator answer = ChatCompletionAccumulator.create();
        ChatCompletionCreateParams params = question("Tell me a story")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(answer::accumulate);
        }

        ChatCompletion completion = answer.chatCompletion();
        assertThat(completion.choices().getFirst().message().content()).contains("Once upon a cat");
        assertBilled(completion.usage().orElseThrow());
    }

    @Test
    void clientWhenOfferingAToolGetsItsCallAndHandsTheResultBack() {
        backend.answer(OpenAiClientIntegrationTests::weather);
        ChatCompletionCreateParams.Builder params = question("What is the weather in Oslo?")
                .addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder()
                                .name("get_weather")
                                .description("Get the weather for a city")
                                .strict(true)
                                .parameters(FunctionParameters.builder()
                                        .putAdditionalProperty("type", JsonValue.from("object"))
                                        .putAdditionalProperty(
                                                "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                        .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                                        .build())
                                .build())
                        .build());

        ChatCompletion first = client.chat().completions().create(params.build());
        ChatCompletionMessageToolCall call =
                first.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
        params.addMessage(first.choices().getFirst().message());
        params.addMessage(ChatCompletionToolMessageParam.builder()
                .toolCallId(call.asFunction().id())
                .content("{\"celsius\":-3}")
                .build());
        ChatCompletion second = client.chat().completions().create(params.build());

        assertThat(first.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
        assertThat(call.asFunction().function().arguments()).isEqualTo("{\"city\":\"Oslo\"}");
        assertThat(second.choices().getFirst().message().content()).contains("It is {\"celsius\":-3}");
    }

    private static Script weather(GenerationRequest request) {
        Prompt.Chat chat = (Prompt.Chat) request.prompt();
        if (chat.messages().getLast() instanceof ChatMessage.ToolResult result) {
            return Script.of(new TextDelta("It is " + result.text()));
        }
        assertThat(chat.tools().getFirst().declaration())
                .startsWith("{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"description\":");
        return Script.of(
                new ToolCallStarted(0, "functions.get_weather:0", "get_weather"),
                new ToolCallArgumentsDelta(0, "{\"city\":"),
                new ToolCallArgumentsDelta(0, "\"Oslo\"}"));
    }

    @Test
    void clientWhenRefusedGetsItsOwnExceptions() {
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.chat()
                        .completions()
                        .create(question("Hi").model("nonesuch").build()))
                .satisfies(e -> assertThat(e.code()).contains("model_not_found"))
                .satisfies(e -> assertThat(e.param()).contains("model"));
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() ->
                        client.chat().completions().create(question("Hi").n(2).build()))
                .satisfies(e -> assertThat(e.param()).contains("n"));
        OpenAIClient stranger = client("pgk_wrong");
        assertThatExceptionOfType(UnauthorizedException.class)
                .isThrownBy(() -> stranger.models().list())
                .satisfies(e -> assertThat(e.code()).contains("invalid_api_key"));
        stranger.close();
    }

    @Test
    void clientWhenListingModelsFindsThem() {
        assertThat(client.models().list().data()).extracting(Model::id).containsExactly("moonlet");
        assertThat(client.models().retrieve("moonlet").ownedBy()).isEqualTo("perigee");
    }

    private static ChatCompletionCreateParams.Builder question(String text) {
        return ChatCompletionCreateParams.builder().model("moonlet").addUserMessage(text);
    }

    private void assertBilled(CompletionUsage usage) {
        JsonNode total = platform.usage(account);
        assertThat(total.get("input_tokens").longValue()).isEqualTo(usage.promptTokens());
        assertThat(total.get("output_tokens").longValue()).isEqualTo(usage.completionTokens());
        assertThat(total.get("cached_input_tokens").longValue())
                .isEqualTo(
                        usage.promptTokensDetails().orElseThrow().cachedTokens().orElseThrow());
    }
}
