package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.ProblemKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One row per reason to refuse a body: what is added to a good one, and the code and parameter of the refusal. */
class ChatCompletionRefusalTests {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String GOOD = "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":null}                                       | missing_required_parameter | model
            {"model":5}                                          | invalid_type  | model
            {"model":""}                                         | invalid_value | model
            {"messages":null}                                    | missing_required_parameter | messages
            {"messages":[]}                                      | invalid_value | messages
            {"messages":"Hi"}                                    | invalid_type  | messages
            {"messages":["Hi"]}                                  | invalid_value | messages[0]
            {"messages":[{"content":"Hi"}]}                      | missing_required_parameter | messages[0].role
            {"messages":[{"role":"wizard","content":"Hi"}]}      | invalid_value | messages[0].role
            {"messages":[{"role":"user"}]}                       | missing_required_parameter | messages[0].content
            {"messages":[{"role":"user","content":null}]}        | missing_required_parameter | messages[0].content
            {"messages":[{"role":"user","content":7}]}           | invalid_value | messages[0].content
            {"messages":[{"role":"user","content":["Hi"]}]}      | invalid_value | messages[0].content[0]
            {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.test"}}]}]} | invalid_value | messages[0].content[0].type
            {"messages":[{"role":"user","content":[{"type":"input_audio"}]}]} | invalid_value | messages[0].content[0].type
            {"messages":[{"role":"user","content":[{"type":"text"}]}]} | missing_required_parameter | messages[0].content[0].text
            {"messages":[{"role":"assistant"}]}                  | missing_required_parameter | messages[0].content
            {"messages":[{"role":"assistant","tool_calls":[{"id":"a"}]}]} | missing_required_parameter | messages[0].tool_calls[0].function
            {"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f"}}]}]} | missing_required_parameter | messages[0].tool_calls[0].function.arguments
            {"messages":[{"role":"tool","content":"x"}]}         | missing_required_parameter | messages[0].tool_call_id
            {"messages":[{"role":"tool","tool_call_id":"a","content":"x"}]} | invalid_value | messages[0].tool_call_id
            {"tools":{}}                                         | invalid_type  | tools
            {"tools":["f"]}                                      | invalid_value | tools[0]
            {"tools":[{"type":"custom"}]}                        | invalid_value | tools[0].type
            {"tools":[{"type":"function"}]}                      | missing_required_parameter | tools[0].function
            {"tools":[{"type":"function","function":{}}]}        | missing_required_parameter | tools[0].function.name
            {"tools":[{"type":"function","function":{"name":"../x"}}]} | invalid_value | tools[0].function.name
            {"tools":[{"type":"function","function":{"name":"-x"}}]} | invalid_value | tools[0].function.name
            {"tools":[{"type":"function","function":{"name":"f","description":1}}]} | invalid_value | tools[0].function.description
            {"tools":[{"type":"function","function":{"name":"f","parameters":[]}}]} | invalid_type | tools[0].function.parameters
            {"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"f"}}]} | invalid_value | tools[1]
            {"tools":[{"type":"function","function":{"name":"f","strict":"yes"}}]} | invalid_type | tools[0].function.strict
            {"tool_choice":"required"}                           | invalid_value | tool_choice
            {"tool_choice":"any"}                                | invalid_value | tool_choice
            {"tool_choice":1}                                    | invalid_value | tool_choice
            {"tool_choice":{"type":"allowed_tools"}}             | invalid_value | tool_choice.type
            {"tool_choice":{"type":"function"}}                  | missing_required_parameter | tool_choice.function
            {"tool_choice":{"type":"function","function":{}}}    | missing_required_parameter | tool_choice.function.name
            {"tool_choice":{"type":"function","function":{"name":"f"}}} | invalid_value | tool_choice.function.name
            {"functions":[]}                                     | unsupported_value | functions
            {"function_call":"auto"}                             | unsupported_value | function_call
            {"stream":"yes"}                                     | invalid_type  | stream
            {"stream_options":{"include_usage":true}}            | invalid_value | stream_options
            {"stream":true,"stream_options":{"include_usage":1}} | invalid_type  | stream_options.include_usage
            {"max_tokens":0}                                     | invalid_value | max_tokens
            {"max_tokens":-1}                                    | invalid_value | max_tokens
            {"max_tokens":1.5}                                   | invalid_type  | max_tokens
            {"max_tokens":9223372036854775808}                   | invalid_value | max_tokens
            {"max_completion_tokens":"5"}                        | invalid_type  | max_completion_tokens
            {"temperature":2.1}                                  | invalid_value | temperature
            {"temperature":-0.1}                                 | invalid_value | temperature
            {"temperature":1e308}                                | invalid_value | temperature
            {"temperature":1e999999}                             | invalid_value | temperature
            {"temperature":"hot"}                                | invalid_type  | temperature
            {"top_p":1.01}                                       | invalid_value | top_p
            {"top_k":-1}                                         | invalid_value | top_k
            {"min_p":2}                                          | invalid_value | min_p
            {"seed":1.5}                                         | invalid_type  | seed
            {"seed":9223372036854775808}                         | invalid_value | seed
            {"n":2}                                              | unsupported_value | n
            {"n":0}                                              | unsupported_value | n
            {"n":1000000000}                                     | unsupported_value | n
            {"presence_penalty":0.5}                             | unsupported_value | presence_penalty
            {"frequency_penalty":-1}                             | unsupported_value | frequency_penalty
            {"logprobs":true}                                    | unsupported_value | logprobs
            {"top_logprobs":3}                                   | unsupported_value | top_logprobs
            {"logit_bias":{"50256":-100}}                        | unsupported_value | logit_bias
            {"parallel_tool_calls":false}                        | unsupported_value | parallel_tool_calls
            {"modalities":["text","audio"]}                      | unsupported_value | modalities
            {"audio":{"voice":"alloy"}}                          | unsupported_value | audio
            {"web_search_options":{}}                            | unsupported_value | web_search_options
            {"response_format":"text"}                           | invalid_type | response_format
            {"response_format":{}}                               | missing_required_parameter | response_format.type
            {"response_format":{"type":"xml"}}                   | invalid_value | response_format.type
            {"response_format":{"type":"json_schema"}}           | missing_required_parameter | response_format.json_schema
            {"response_format":{"type":"json_schema","json_schema":[]}} | invalid_type | response_format.json_schema
            {"response_format":{"type":"json_schema","json_schema":{"schema":{}}}} | missing_required_parameter | response_format.json_schema.name
            {"response_format":{"type":"json_schema","json_schema":{"name":"a b","schema":{}}}} | invalid_value | response_format.json_schema.name
            {"response_format":{"type":"json_schema","json_schema":{"name":"x"}}} | missing_required_parameter | response_format.json_schema.schema
            {"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":[]}}} | invalid_type | response_format.json_schema.schema
            {"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":true}}} | invalid_type | response_format.json_schema.schema
            {"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{},"strict":"yes"}}} | invalid_type | response_format.json_schema.strict
            {"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{},"description":1}}} | invalid_value | response_format.json_schema.description
            {"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required","response_format":{"type":"json_object"}} | invalid_value | response_format
            {"stop":5}                                           | invalid_type  | stop
            {"stop":""}                                          | invalid_value | stop
            {"stop":["a",5]}                                     | invalid_type  | stop[1]
            {"stop":[""]}                                        | invalid_value | stop[0]
            {"user":5}                                           | invalid_type  | user
            {"safety_identifier":{}}                             | invalid_type  | safety_identifier
            """)
    void bodyWhenWrongNamesCodeAndParameter(String addition, String code, String param) {
        Problem problem = refusal(addition);

        assertThat(problem.kind()).isEqualTo(ProblemKind.INVALID);
        assertThat(problem.code()).as(problem.message()).isEqualTo(code);
        assertThat(problem.field()).isEqualTo(param);
        assertThat(problem.message()).startsWith(param + " is ");
    }

    @Test
    void bodyWhenAListIsTooLongNamesItAndTheBound() {
        ObjectNode body = good();
        for (int i = 0; i < 17; i++) {
            body.withArray("stop").add("stop " + i);
        }

        assertThat(refusal(body).message()).isEqualTo("stop is 17 elements long, may have at most 16.");
    }

    @Test
    void bodyWhenUserIsHugeIsRefusedWithoutRepeatingIt() {
        Problem problem = refusal(good().put("user", "x".repeat(1_000_000)));

        assertThat(problem.field()).isEqualTo("user");
        assertThat(problem.message()).isEqualTo("user is 1000000 characters long, must have 1 to 512 characters.");
    }

    @Test
    void bodyWhenAValueHoldsControlCharactersShowsThemEscaped() {
        Problem problem = refusal("{\"messages\":[{\"role\":\"a\\r\\nb\",\"content\":\"\"}]}");

        assertThat(problem.message()).contains("\"a\\u000d\\u000ab\"");
    }

    @Test
    void everyFieldWhenOfAnyWrongTypeIsRefusedOrIgnoredButNeverBreaks() {
        List<String> values = List.of("true", "0", "-1.5", "\"x\"", "[]", "[[1]]", "{}", "{\"a\":{}}", "1e400");
        List<String> names = List.of(
                "messages",
                "model",
                "tools",
                "tool_choice",
                "parallel_tool_calls",
                "functions",
                "function_call",
                "response_format",
                "stream",
                "stream_options",
                "max_tokens",
                "max_completion_tokens",
                "temperature",
                "top_p",
                "n",
                "stop",
                "seed",
                "logprobs",
                "top_logprobs",
                "logit_bias",
                "presence_penalty",
                "frequency_penalty",
                "user",
                "safety_identifier",
                "metadata",
                "store",
                "service_tier",
                "reasoning_effort",
                "verbosity",
                "prompt_cache_key",
                "prompt_cache_retention",
                "prompt_cache_options",
                "prediction",
                "modalities",
                "audio",
                "web_search_options",
                "moderation",
                "top_k",
                "min_p");
        for (String name : names) {
            for (String value : values) {
                parseOrRefuse(name, value);
            }
        }
    }

    private static void parseOrRefuse(String name, String value) {
        try {
            ChatCompletionParser.parse(with("{\"" + name + "\":" + value + "}"));
        } catch (ProblemException e) {
            assertThat(e.problem().kind()).isEqualTo(ProblemKind.INVALID);
        }
    }

    private static Problem refusal(String addition) {
        return refusal(with(addition));
    }

    private static Problem refusal(ObjectNode body) {
        return catchThrowableOfType(ProblemException.class, () -> ChatCompletionParser.parse(body))
                .problem();
    }

    private static ObjectNode good() {
        return (ObjectNode) MAPPER.readTree(GOOD);
    }

    private static ObjectNode with(String addition) {
        JsonNode added = Json.read(addition.getBytes(StandardCharsets.UTF_8));
        return good().setAll((ObjectNode) added);
    }
}
