package dev.perigee.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.UnauthorizedException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The main job, end to end, as a newcomer does it: admin token, tenant, key, official client, usage, restart. */
class PlatformIntegrationTests {

    @TempDir
    static Path dataDirectory;

    @Test
    void usageWhenAnOfficialClientAskedEqualsItsUsageFieldsAlsoAfterARestart() throws Exception {
        String tenant;
        String key;
        long input;
        long output;
        try (RunningPlatform platform = RunningPlatform.start(dataDirectory)) {
            tenant = platform.newTenant("Acme");
            key = platform.newKey(tenant);
            OpenAIClient client = platform.client(key);
            CompletionUsage story = streamStory(client);
            Called called = callTool(client);
            input = story.promptTokens() + called.usage().promptTokens();
            output = story.completionTokens() + called.usage().completionTokens();
            assertUsage(platform, tenant, input, output);
            assertOpenAddresses(platform);
            assertReceipt(platform, key, called.requestId());
        }
        try (RunningPlatform platform = RunningPlatform.start(dataDirectory)) {
            assertUsage(platform, tenant, input, output);
            assertThat(platform.show("/tenants/" + tenant).path("name").asString())
                    .isEqualTo("Acme");
            CompletionUsage again = streamStory(platform.client(key));
            JsonNode total = platform.show("/tenants/" + tenant + "/usage").path("total");
            assertThat(total.path("requests").asInt()).isEqualTo(3);
            assertThat(total.path("output_tokens").asLong()).isEqualTo(output + again.completionTokens());
            assertThatExceptionOfType(UnauthorizedException.class)
                    .isThrownBy(() -> streamStory(platform.client(key + "x")));
        }
    }

    /** A request's receipt, checked by the command against the keys in the data directory. */
    private static void assertReceipt(RunningPlatform platform, String key, String requestId) throws Exception {
        Path file = dataDirectory.resolve("receipt.json");
        Files.writeString(file, platform.get("/v1/receipts/" + requestId, key).body());
        String keys = dataDirectory.resolve("receipt-keys.json").toString();

        Captured genuine = Captured.run("verify-receipt", file.toString(), "--key", keys);
        Files.writeString(file, Files.readString(file).replace("\"output\":", "\"output\":1"));
        Captured changed = Captured.run("verify-receipt", file.toString(), "--key", keys);

        assertThat(genuine.out()).startsWith("genuine: the receipt of request " + requestId);
        assertThat(genuine.status()).isZero();
        assertThat(changed.errors())
                .containsExactly("perigee: " + file + " was changed: the signature does not fit its content");
        assertThat(changed.status()).isEqualTo(2);
    }

    private static CompletionUsage streamStory(OpenAIClient client) {
        ChatCompletionCreateParams params = ChatCompletionCreateParams.builder()
                .model("moonlet")
                .addUserMessage("Tell me a short story about a cat.")
                .temperature(0)
                .maxCompletionTokens(120)
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            List<ChatCompletionChunk> chunks = stream.stream().toList();
            String text = chunks.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .reduce("", String::concat);
            assertThat(text).containsIgnoringCase("cat").hasSizeGreaterThan(100);
            return chunks.getLast().usage().orElseThrow();
        }
    }

    private record Called(CompletionUsage usage, String requestId) {}

    private static Called callTool(OpenAIClient client) {
        FunctionDefinition weather = FunctionDefinition.builder()
                .name("get_weather")
                .description("Get the weather of a city")
                .parameters(FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                        .build())
                .build();
        try (HttpResponseFor<ChatCompletion> response = client.chat()
                .completions()
                .withRawResponse()
                .create(ChatCompletionCreateParams.builder()
                        .model("moonlet")
                        .addUserMessage("What is the weather in Oslo?")
                        .temperature(0)
                        .maxCompletionTokens(120)
                        .addFunctionTool(weather)
                        .build())) {
            ChatCompletion answer = response.parse();
            ChatCompletionMessageFunctionToolCall.Function call = answer.choices()
                    .getFirst()
                    .message()
                    .toolCalls()
                    .orElseThrow()
                    .getFirst()
                    .asFunction()
                    .function();
            assertThat(call.name()).isEqualTo("get_weather");
            assertThat(call.arguments()).contains("Oslo");
            return new Called(answer.usage().orElseThrow(), response.requestId().orElseThrow());
        }
    }

    private static void assertUsage(RunningPlatform platform, String tenant, long input, long output) throws Exception {
        JsonNode total = platform.show("/tenants/" + tenant + "/usage").path("total");
        assertThat(total.path("requests").asInt()).isEqualTo(2);
        assertThat(total.path("input_tokens").asLong()).isEqualTo(input);
        assertThat(total.path("output_tokens").asLong()).isEqualTo(output);
        assertThat(new BigDecimal(total.path("cost").path("amount").asString())).isPositive();
    }

    private static void assertOpenAddresses(RunningPlatform platform) throws Exception {
        for (String path : List.of("/actuator/health/liveness", "/actuator/health/readiness")) {
            assertThat(platform.get(path).body()).contains("\"UP\"");
        }
        HttpResponse<String> metrics = platform.get("/actuator/prometheus");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).contains("perigee_engine_tokens_total");
    }
}
