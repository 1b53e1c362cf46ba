package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.chat.ToolCall;
import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.platform.completion.CompletionRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChatCompletionParserTests {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String MESSAGES =
            "\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    @Test
    void bodyWhenMinimalLeavesAllElseToDefaults() {
        ChatCompletionOrder order = parse("{" + MESSAGES + "}");

        assertThat(order.model()).isEqualTo("moonlet");
        assertThat(order.prompt().messages()).containsExactly(new ChatMessage.User("Hi"));
        assertThat(order.prompt().tools()).isEmpty();
        assertThat(order.sampling()).isEqualTo(SamplingParameters.defaults());
        assertThat(order.output()).isEqualTo(new CompletionRequest.Output(null, List.of(), OutputConstraint.none()));
        assertThat(order.delivery()).isEqualTo(new ChatCompletionOrder.Delivery(false, false));
        assertThat(order.endUser()).isNull();
        assertThat(order.ignored()).isEmpty();
    }

    @Test
    void bodyWhenEveryHonouredFieldIsSetCarriesItOver() {
        ChatCompletionOrder order = parse("{" + MESSAGES + """
                ,"temperature":0.3,"top_p":0.9,"top_k":40,"min_p":0.05,"seed":-7,"max_tokens":5,"max_completion_tokens":6,
                "stop":["a","b"],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},
                "user":"u","safety_identifier":"s","n":1,"presence_penalty":0,"frequency_penalty":0.0,"logprobs":false,
                "top_logprobs":0,"logit_bias":{},"parallel_tool_calls":true,"modalities":["text"],
                "response_format":{"type":"text"}}""");

        assertThat(order.sampling()).isEqualTo(new SamplingParameters(0.3, 40, 0.9, 0.05, -7L));
        assertThat(order.output())
                .isEqualTo(new CompletionRequest.Output(6, List.of("a", "b"), OutputConstraint.none()));
        assertThat(order.delivery()).isEqualTo(new ChatCompletionOrder.Delivery(true, true));
        assertThat(order.endUser()).isEqualTo("s");
        assertThat(order.ignored()).isEmpty();
    }

    @Test
    void bodyWhenEveryFieldIsNullIsAsGoodAsMinimal() {
        ChatCompletionOrder order = parse("{" + MESSAGES + """
                ,"temperature":null,"tools":null,"tool_choice":null,"stop":null,"stream":null,"stream_options":null,"n":null,
                "user":null,"response_format":null,"functions":null,"audio":null,"logit_bias":null,"max_tokens":null}""");

        assertThat(order.output().maxTokens()).isNull();
        assertThat(order.prompt().tools()).isEmpty();
    }

    @Test
    void bodyWhenFieldsMeanNothingHereNamesThem() {
        ChatCompletionOrder order = parse("{" + MESSAGES
                + ",\"store\":true,\"metadata\":{\"a\":\"b\"},\"reasoning_effort\":\"low\",\"x\\r\\ny\":1}");

        assertThat(order.ignored()).containsExactly("metadata", "reasoning_effort", "store");
    }

    @Test
    void bodyWhenItHasManyUnknownFieldsNamesOnlySome() {
        StringBuilder body = new StringBuilder("{" + MESSAGES);
        for (char a = 'a'; a <= 'z'; a++) {
            for (char b = 'a'; b <= 'z'; b++) {
                body.append(",\"x_").append(a).append(b).append("\":1");
            }
        }

        assertThat(parse(body.append("}").toString()).ignored()).hasSize(20).contains("x_aa");
    }

    @Test
    void conversationWhenOfEveryRoleIsReadInOrder() {
        ChatCompletionOrder order = parse("""
                {"model":"moonlet","messages":[
                {"role":"system","content":"S"},{"role":"developer","content":[{"type":"text","text":"D"},{"type":"text","text":"E"}]},
                {"role":"user","name":"anna","content":"U"},
                {"role":"assistant","content":null,"refusal":null,"annotations":[],"audio":null,"function_call":null,
                 "reasoning_content":"R","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":""}}]},
                {"role":"tool","tool_call_id":"c1","content":"T"},
                {"role":"assistant","content":"A"}]}""");

        assertThat(order.prompt().messages())
                .containsExactly(
                        new ChatMessage.System("S"),
                        new ChatMessage.System("DE"),
                        new ChatMessage.User("U"),
                        new ChatMessage.Assistant("", "R", List.of(new ToolCall("c1", "f", "{}"))),
                        new ChatMessage.ToolResult("c1", "T"),
                        new ChatMessage.Assistant("A", null, List.of()));
    }

    @Test
    void toolWhenDeclaredInAnyOrderReachesTheModelInOne() {
        ChatCompletionOrder order = parse("{" + MESSAGES + """
                ,"tool_choice":"auto","tools":[{"function":{"strict":true,"parameters":{"$schema":"https://json-schema.org/x",
                "type":"object","properties":{"b":{"type":"number","minimum":1.0},"a":{}}},"name":"get_weather",
                "description":"Wie ist das Wetter? ☀"},"type":"function"}]}""");

        assertThat(order.prompt().tools())
                .containsExactly(new ToolDefinition(
                        "get_weather",
                        "{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"description\":\"Wie ist das Wetter? ☀\","
                                + "\"parameters\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"number\",\"minimum\":1.0},\"a\":{}}}}}",
                        ToolDefinition.Arguments.STRICT));
    }

    @Test
    void toolWhenStrictIsFalseOrUnsaidIsFreeOrGuided() {
        ChatCompletionOrder order = parse("{" + MESSAGES + """
                ,"tools":[{"type":"function","function":{"name":"f","strict":false}},{"type":"function","function":{"name":"g"}}]}""");

        assertThat(order.prompt().tools())
                .extracting(ToolDefinition::arguments)
                .containsExactly(ToolDefinition.Arguments.FREE, ToolDefinition.Arguments.GUIDED);
    }

    @Test
    void toolChoiceWhenACallIsForcedNamesWhatMayBeCalled() {
        String tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},"
                + "{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]";
        ChatCompletionOrder any = parse("{" + MESSAGES + tools + ",\"tool_choice\":\"required\"}");
        ChatCompletionOrder one = parse(
                "{" + MESSAGES + tools + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}}");

        assertThat(any.output().form()).isEqualTo(OutputConstraint.calling(List.of("f", "g")));
        assertThat(one.output().form()).isEqualTo(OutputConstraint.calling(List.of("g")));
        assertThat(one.prompt().tools()).hasSize(2);
    }

    @Test
    void responseFormatWhenItHasASchemaIsTheAnswersForm() {
        String format =
                ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,"
                        + "\"schema\":{\"type\":\"object\", \"properties\":{\"b\":{},\"a\":{}}}}}}";

        assertThat(parse("{" + MESSAGES + format).output().form())
                .isEqualTo(OutputConstraint.schema("{\"type\":\"object\",\"properties\":{\"b\":{},\"a\":{}}}"));
        assertThat(parse("{" + MESSAGES + ",\"response_format\":{\"type\":\"json_object\"}}")
                        .output()
                        .form())
                .isEqualTo(OutputConstraint.schema("{\"type\":\"object\"}"));
    }

    @Test
    void toolsWhenChoiceIsNoneAreNotDeclared() {
        ChatCompletionOrder order = parse("{" + MESSAGES
                + ",\"tool_choice\":\"none\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}");

        assertThat(order.prompt().tools()).isEmpty();
    }

    private static ChatCompletionOrder parse(String body) {
        return ChatCompletionParser.parse((ObjectNode) MAPPER.readTree(body));
    }
}
