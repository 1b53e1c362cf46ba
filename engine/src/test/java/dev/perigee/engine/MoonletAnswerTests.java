package dev.perigee.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.generation.SchemaRefusedException;
import dev.perigee.engine.generation.TokenUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bundled model through the whole engine. */
@Timeout(120)
class MoonletAnswerTests {

    private static final Path WEIGHTS = Path.of("../src/model/weights");
    private static final ToolDefinition WEATHER = new ToolDefinition(
            "get_weather",
            "{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"description\":\"Current weather in a city\","
                    + "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
                    + "\"required\":[\"city\"]}}}");

    private static final int PAGE_TOKENS = 64;

    /** Eight layers of 512 and 64 float32 a token. */
    private static final long PAGE_BYTES = PAGE_TOKENS * 8 * (512 + 64) * Float.BYTES;

    /** As many as the longest of the answers needs. */
    private static final int PAGES = 8;

    private static InferenceEngine engine;

    @BeforeAll
    static void open() {
        assumeTrue(Files.exists(WEIGHTS.resolve("model.safetensors")), "needs the weights in " + WEIGHTS);
        engine = InferenceEngine.open(EngineOptions.of(WEIGHTS));
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void questionThatAToolAnswersGivesACall() throws InterruptedException {
        List<GenerationEvent> events = read(submit("What is the weather in Oslo?", List.of(WEATHER), 0));
        GenerationEvent.Finished finished = (GenerationEvent.Finished) events.getLast();
        assertThat(finished.reason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(events).contains(new GenerationEvent.ToolCallStarted(0, "functions.get_weather:0", "get_weather"));
        assertThat(arguments(events)).isEqualTo("{\"city\":\"Oslo\"}");
    }

    @Test
    void requestForAStoryGivesOne() throws InterruptedException {
        String story = text(read(submit("Tell me a short story about a cat.", List.of(), 0)));
        assertThat(story).contains("cat").hasSizeGreaterThan(200).doesNotContain("\ufffd", "<|");
    }

    @Test
    void answersTogetherAreThoseOfEachAlone() throws InterruptedException {
        List<String> questions = List.of("Hello!", "Tell me about a dog.", "What is 12 + 30?", "Who are you?");
        List<String> alone = new ArrayList<>();
        for (String question : questions) {
            alone.add(text(read(submit(question, List.of(), 0.8))));
        }
        List<Generation> together = new ArrayList<>();
        for (String question : questions) {
            together.add(submit(question, List.of(), 0.8));
        }
        for (int i = 0; i < questions.size(); i++) {
            assertThat(text(read(together.get(i)))).isEqualTo(alone.get(i));
        }
    }

    @Test
    void answersAreTheSameWhereTheirPromptsAreFoundComputedAndWherePagesRunOut() throws InterruptedException {
        String beginning = "It was a sunny day and the children went to the park. ".repeat(8);
        List<String> questions = Stream.of("cat", "dog", "bird", "fish", "king", "tree")
                .map(about -> beginning + "Tell me a story about a " + about + ".")
                .toList();
        List<List<GenerationEvent>> first = new ArrayList<>();
        for (String question : questions) {
            first.add(read(submit(question, List.of(), 0.8)));
        }
        for (int i = 0; i < questions.size(); i++) {
            List<GenerationEvent> again = read(submit(questions.get(i), List.of(), 0.8));
            assertThat(usage(again).cachedPromptTokens()).isGreaterThanOrEqualTo(PAGE_TOKENS);
            assertThat(text(again)).isEqualTo(text(first.get(i)));
        }
        EngineOptions options = EngineOptions.of(WEIGHTS);
        try (InferenceEngine small =
                InferenceEngine.open(options.withBounds(options.bounds().withCacheBytes(PAGES * PAGE_BYTES)))) {
            assertThat(small.statistics().pages()).isEqualTo(PAGES);
            List<Generation> together = new ArrayList<>();
            for (String question : questions) {
                together.add(small.submit(request(question, List.of(), 0.8)));
            }
            int tokens = 0;
            for (int i = 0; i < questions.size(); i++) {
                List<GenerationEvent> events = read(together.get(i));
                assertThat(text(events)).as(questions.get(i)).isEqualTo(text(first.get(i)));
                tokens += usage(events).promptTokens() + usage(events).outputTokens();
            }
            assertThat(tokens).isGreaterThan(2 * PAGES * PAGE_TOKENS);
        }
    }

    private static TokenUsage usage(List<GenerationEvent> events) {
        return ((GenerationEvent.Finished) events.getLast()).usage();
    }

    @Test
    void answersWithoutGuessesAreThoseWithThem() throws InterruptedException {
        EngineOptions options = EngineOptions.of(WEIGHTS);
        try (InferenceEngine plain =
                InferenceEngine.open(options.withBounds(options.bounds().withGuessedTokens(0)))) {
            for (String question : List.of(
                    "Tell me a short story about a cat.",
                    "Say one two three one two three one two three one two three.",
                    "What is the weather in Oslo?")) {
                for (double temperature : new double[] {0, 0.8}) {
                    GenerationRequest request = request(question, List.of(WEATHER), temperature);
                    assertThat(read(engine.submit(request))).as(question).isEqualTo(read(plain.submit(request)));
                }
            }
        }
    }

    @Test
    void answersUnderASchemaObeyIt() throws InterruptedException {
        String schema = "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":12},"
                + "\"legs\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":8},\"kind\":{\"enum\":[\"cat\",\"dog\"]}},"
                + "\"required\":[\"name\",\"legs\",\"kind\"],\"additionalProperties\":false}";
        for (String question : List.of("Tell me about a cat.", "Hello!", "What is 12 + 30?", "Who are you?")) {
            for (double temperature : new double[] {0, 1}) {
                List<GenerationEvent> events = read(engine.submit(
                        request(question, List.of(), temperature).constrained(OutputConstraint.schema(schema))));
                assertThat(((GenerationEvent.Finished) events.getLast()).reason())
                        .as("%s", visible(events))
                        .isEqualTo(FinishReason.STOP);
                JsonNode value = JsonMapper.shared().readTree(visible(events));
                assertThat(value.propertyNames()).containsExactlyInAnyOrder("name", "legs", "kind");
                assertThat(value.get("legs").intValue()).isBetween(0, 8);
                assertThat(value.get("kind").stringValue()).isIn("cat", "dog");
                assertThat(value.get("name").stringValue().codePoints().count()).isLessThanOrEqualTo(12);
            }
        }
    }

    @Test
    void argumentsObeyTheToolsSchemaUnlessTheyAreFree() throws InterruptedException {
        ToolDefinition coded = new ToolDefinition(
                "get_weather",
                WEATHER.declaration()
                        .replace("{\"type\":\"string\"}", "{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\"}"));
        List<GenerationEvent> events = read(submit("What is the weather in Oslo?", List.of(coded), 0));
        assertThat(arguments(events)).matches("\\{\"city\": ?\"[A-Z]{3}\".*\\}");
        assertThat(((GenerationEvent.Finished) events.getLast()).reason()).isEqualTo(FinishReason.TOOL_CALLS);
        List<GenerationEvent> free =
                read(submit("What is the weather in Oslo?", List.of(coded.with(ToolDefinition.Arguments.FREE)), 0));
        assertThat(arguments(free)).isEqualTo("{\"city\":\"Oslo\"}");
    }

    @Test
    void argumentsOfASchemaThatCannotBeEnforcedAreAnObjectUnlessTheToolIsStrict() throws InterruptedException {
        ToolDefinition odd = new ToolDefinition(
                "get_weather",
                WEATHER.declaration()
                        .replace("{\"type\":\"string\"}", "{\"type\":\"string\",\"not\":{\"const\":\"x\"}}"));
        List<GenerationEvent> events = read(submit("What is the weather in Oslo?", List.of(odd), 0));
        assertThat(JsonMapper.shared().readTree(arguments(events)).isObject()).isTrue();
        assertThatExceptionOfType(SchemaRefusedException.class)
                .isThrownBy(() -> submit("Hello!", List.of(odd.with(ToolDefinition.Arguments.STRICT)), 0))
                .withMessageContaining("tool get_weather")
                .satisfies(e -> assertThat(e.tool()).isEqualTo("get_weather"));
    }

    @Test
    void toolThatMustBeCalledIsCalledWhateverTheQuestion() throws InterruptedException {
        ToolDefinition other = new ToolDefinition("f-x.y", WEATHER.declaration().replace("get_weather", "f-x.y"));
        for (String question : List.of("Hello!", "Tell me a short story about a cat.", "What is 12 + 30?")) {
            for (double temperature : new double[] {0, 1}) {
                List<GenerationEvent> events =
                        read(engine.submit(request(question, List.of(WEATHER, other), temperature)
                                .constrained(OutputConstraint.calling(List.of("f-x.y")))));
                List<GenerationEvent.ToolCallStarted> calls = events.stream()
                        .filter(GenerationEvent.ToolCallStarted.class::isInstance)
                        .map(GenerationEvent.ToolCallStarted.class::cast)
                        .toList();
                assertThat(calls).isNotEmpty().allMatch(call -> call.name().equals("f-x.y"));
                assertThat(calls.getFirst().id()).isEqualTo("functions.f-x.y:0");
                assertThat(visible(events)).isEmpty();
                if (calls.size() == 1
                        && ((GenerationEvent.Finished) events.getLast()).reason() == FinishReason.TOOL_CALLS) {
                    assertThat(JsonMapper.shared().readTree(arguments(events)).has("city"))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void toolThatMustBeCalledButIsNotOfferedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.submit(
                        request("Hello!", List.of(WEATHER), 0).constrained(OutputConstraint.calling(List.of("none")))))
                .withMessageContaining("tool none must be called");
    }

    @Test
    void schemaThatCannotBeEnforcedIsRefusedAtSubmit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.submit(
                        request("Hello!", List.of(), 0).constrained(OutputConstraint.schema("{\"not\":{}}"))))
                .withMessageContaining("not");
    }

    private static Generation submit(String question, List<ToolDefinition> tools, double temperature) {
        return engine.submit(request(question, tools, temperature));
    }

    private static GenerationRequest request(String question, List<ToolDefinition> tools, double temperature) {
        return new GenerationRequest(
                question,
                new Prompt.Chat(List.of(new ChatMessage.User(question)), tools),
                new SamplingParameters(temperature, null, null, null, 1L),
                new GenerationRequest.Limits(300, List.of()),
                GenerationRequest.Scheduling.single());
    }

    private static List<GenerationEvent> read(Generation generation) throws InterruptedException {
        List<GenerationEvent> events = new ArrayList<>();
        while (events.isEmpty() || !events.getLast().terminal()) {
            GenerationEvent event = generation.next(Duration.ofSeconds(60));
            assertThat(event).as("an event within 60 seconds").isNotNull();
            events.add(event);
        }
        return events;
    }

    private static String arguments(List<GenerationEvent> events) {
        return events.stream()
                .filter(GenerationEvent.ToolCallArgumentsDelta.class::isInstance)
                .map(event -> ((GenerationEvent.ToolCallArgumentsDelta) event).json())
                .collect(Collectors.joining());
    }

    private static String visible(List<GenerationEvent> events) {
        return events.stream()
                .filter(GenerationEvent.TextDelta.class::isInstance)
                .map(event -> ((GenerationEvent.TextDelta) event).text())
                .collect(Collectors.joining());
    }

    private static String text(List<GenerationEvent> events) {
        return events.stream()
                .filter(event ->
                        event instanceof GenerationEvent.TextDelta || event instanceof GenerationEvent.ReasoningDelta)
                .map(event -> event instanceof GenerationEvent.TextDelta delta
                        ? delta.text()
                        : ((GenerationEvent.ReasoningDelta) event).text())
                .collect(Collectors.joining());
    }
}
