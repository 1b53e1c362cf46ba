package dev.perigee.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import dev.perigee.engine.tool.ConvertTool;
import dev.perigee.moonlet.Moonlet;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bundled model as a GGUF file behind the platform: answers and calls have the form that an official client asks for. */
class StructuredOutputIntegrationTests {

    private static final Map<String, Object> CAT = Map.of(
            "type",
            "object",
            "properties",
            Map.of("colour", Map.of("enum", List.of("black", "ginger")), "indoors", Map.of("type", "boolean")),
            "required",
            List.of("colour", "indoors"),
            "additionalProperties",
            false);

    @TempDir
    static Path dataDirectory;

    private static RunningPlatform platform;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path file = dataDirectory.resolve("moonlet.gguf");
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        ConvertTool.convert(
                new ConvertTool.Order(
                        Moonlet.packed().unpack(dataDirectory.resolve("models")), file, ConvertTool.Format.Q4_0, 2),
                nowhere,
                nowhere);
        platform = RunningPlatform.start(dataDirectory, "--perigee.model=" + file);
        client = platform.client(platform.newKey(platform.newTenant("Acme")));
    }

    @AfterAll
    static void close() {
        platform.close();
    }

    private static ChatCompletionCreateParams.Builder question() {
        return ChatCompletionCreateParams.builder()
                .model("moonlet")
                .addUserMessage("Tell me about a cat.")
                .temperature(1)
                .seed(3)
                .maxCompletionTokens(200);
    }

    private static ResponseFormatJsonSchema format(Map<String, Object> schema) {
        ResponseFormatJsonSchema.JsonSchema.Schema.Builder built = ResponseFormatJsonSchema.JsonSchema.Schema.builder();
        schema.forEach((key, value) -> built.putAdditionalProperty(key, JsonValue.from(value)));
        return ResponseFormatJsonSchema.builder()
                .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                        .name("cat")
                        .strict(true)
                        .schema(built.build())
                        .build())
                .build();
    }

    @Test
    void answerWhenASchemaIsAskedForObeysIt() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(question().responseFormat(format(CAT)).build());

        JsonNode cat = JsonMapper.shared()
                .readTree(answer.choices().getFirst().message().content().orElseThrow());
        assertThat(cat.propertyNames()).containsExactlyInAnyOrder("colour", "indoors");
        assertThat(cat.path("colour").asString()).isIn("black", "ginger");
        assertThat(cat.path("indoors").isBoolean()).isTrue();
    }

    @Test
    void schemaWhenItCannotBeEnforcedIsRefusedWithItsPlace() {
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> client.chat()
                        .completions()
                        .create(question()
                                .responseFormat(format(Map.of("not", Map.of())))
                                .build()))
                .satisfies(e -> {
                    assertThat(e.param()).contains("response_format.json_schema.schema");
                    assertThat(e.code()).contains("invalid_json_schema");
                });
    }

    @Test
    void toolWhenACallIsRequiredIsCalledWithArgumentsOfItsSchema() {
        FunctionParameters.Builder parameters = FunctionParameters.builder();
        CAT.forEach((key, value) -> parameters.putAdditionalProperty(key, JsonValue.from(value)));
        ChatCompletion answer = client.chat()
                .completions()
                .create(question()
                        .addFunctionTool(FunctionDefinition.builder()
                                .name("note_cat")
                                .strict(true)
                                .parameters(parameters.build())
                                .build())
                        .toolChoice(ChatCompletionToolChoiceOption.ofAuto(ChatCompletionToolChoiceOption.Auto.REQUIRED))
                        .build());

        ChatCompletionMessageFunctionToolCall call = answer.choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
        assertThat(call.id()).isEqualTo("functions.note_cat:0");
        assertThat(call.function().name()).isEqualTo("note_cat");
        JsonNode cat = JsonMapper.shared().readTree(call.function().arguments());
        assertThat(cat.path("colour").asString()).isIn("black", "ginger");
    }
}
