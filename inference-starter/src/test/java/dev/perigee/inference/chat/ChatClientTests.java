package dev.perigee.inference.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt.Chat;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.inference.ScriptedBackend;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.tool.annotation.Tool;

/** The model below Spring AI's own client: its tool loop, its structured output, its way of joining options. */
class ChatClientTests {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final ScriptedBackend backend = new ScriptedBackend();
    private final ChatClient client =
            ChatClient.create(PerigeeChatModel.builder(backend).build());

    record Person(String name, int age) {}

    static final class Weather {

        @Tool(name = "get_weather", description = "Tells the weather of a city.")
        String weather(String city) {
            return "12 degrees in " + city;
        }
    }

    private void scriptToolRound() {
        backend.then(
                        new GenerationEvent.ToolCallStarted(0, "functions.get_weather:0", "get_weather"),
                        new GenerationEvent.ToolCallArgumentsDelta(0, "{\"city\":\"Oslo\"}"),
                        new GenerationEvent.Finished(FinishReason.TOOL_CALLS, new TokenUsage(20, 0, 8, 0)))
                .thenText("It has ", "12 degrees.");
    }

    @Test
    void toolWhenTheModelCallsItRunsAndItsResultGoesBack() {
        scriptToolRound();
        String answer =
                client.prompt("Weather in Oslo?").tools(new Weather()).call().content();
        assertThat(answer).isEqualTo("It has 12 degrees.");
        assertThat(backend.requests()).hasSize(2);
        assertThat(messages(backend.requests().getLast()))
                .containsExactly(
                        new ChatMessage.User("Weather in Oslo?"),
                        new ChatMessage.Assistant(
                                "",
                                null,
                                List.of(new dev.perigee.engine.chat.ToolCall(
                                        "functions.get_weather:0", "get_weather", "{\"city\":\"Oslo\"}"))),
                        new ChatMessage.ToolResult("functions.get_weather:0", "12 degrees in Oslo"));
    }

    @Test
    void toolWhenTheModelCallsItInAStreamRunsAndTheAnswerGoesOn() {
        scriptToolRound();
        List<String> pieces = client.prompt("Weather in Oslo?").tools(new Weather()).stream()
                .content()
                .collectList()
                .block(SOON);
        assertThat(pieces).containsExactly("It has ", "12 degrees.");
        assertThat(backend.requests()).hasSize(2);
    }

    @Test
    void toolWhenDeclaredIsCompactJsonAsOpenAiClientsSendIt() {
        backend.thenText("Hello.");
        client.prompt("Hi").tools(new Weather()).call().content();
        assertThat(((Chat) backend.request().prompt()).tools()).singleElement().satisfies(tool -> {
            assertThat(tool.name()).isEqualTo("get_weather");
            assertThat(tool.declaration())
                    .isEqualTo("{\"type\":\"function\",\"function\":{\"name\":\"get_weather\","
                            + "\"description\":\"Tells the weather of a city.\",\"parameters\":{\"type\":\"object\","
                            + "\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"],"
                            + "\"additionalProperties\":false}}}");
        });
    }

    @Test
    void entityWhenAskedForIsReadFromTheAnswer() {
        backend.thenText("{\"name\":\"Ada\",", "\"age\":36}");
        assertThat(client.prompt("Who?").call().entity(Person.class)).isEqualTo(new Person("Ada", 36));
        assertThat(lastText()).startsWith("Who?").contains("\"age\"");
    }

    @Test
    void entityWhenTheProviderShallShapeItCarriesTheSchemaInThePrompt() {
        backend.thenText("{\"name\":\"Ada\",\"age\":36}");
        Person person = client.prompt("Who?")
                .call()
                .entity(Person.class, spec -> spec.useProviderStructuredOutput().validateSchema());
        assertThat(person).isEqualTo(new Person("Ada", 36));
        assertThat(lastText()).startsWith("Who?\nAnswer only with JSON").contains("\"age\"");
    }

    @Test
    void optionsWhenGivenToTheClientJoinTheModelsOwn() {
        PerigeeChatModel model = PerigeeChatModel.builder(backend)
                .options(PerigeeChatOptions.builder()
                        .temperature(0.1)
                        .seed(1L)
                        .minP(0.2)
                        .build())
                .build();
        backend.thenText("");
        ChatClient.create(model)
                .prompt("Hi")
                .options(PerigeeChatOptions.builder().seed(2L).maxTokens(50))
                .call()
                .content();
        GenerationRequest request = backend.request();
        assertThat(request.sampling().temperature()).isEqualTo(0.1);
        assertThat(request.sampling().minP()).isEqualTo(0.2);
        assertThat(request.sampling().seed()).isEqualTo(2L);
        assertThat(request.limits().maxTokens()).isEqualTo(50);
    }

    private String lastText() {
        return ((ChatMessage.User) messages(backend.request()).getLast()).text();
    }

    private static List<ChatMessage> messages(GenerationRequest request) {
        return ((Chat) request.prompt()).messages();
    }
}
