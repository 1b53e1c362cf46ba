package dev.perigee.platform.openai;

import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.platform.completion.CompletionRequest;
import dev.perigee.platform.web.JsonFields;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the body of {@code POST /v1/chat/completions}; errors name the field, as OpenAI's {@code param} does. */
final class ChatCompletionParser {

    private static final int MAX_NAME = 200;
    private static final int MAX_END_USER = 512;
    private static final int MAX_STOPS = 16;
    private static final int MAX_STOP = 256;
    private static final int MAX_IGNORED = 20;

    private static final Set<String> MEANT = Set.of(
            "messages",
            "model",
            "tools",
            "tool_choice",
            "stream",
            "stream_options",
            "max_completion_tokens",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "seed",
            "stop",
            "user",
            "safety_identifier",
            "n",
            "presence_penalty",
            "frequency_penalty",
            "logprobs",
            "top_logprobs",
            "logit_bias",
            "parallel_tool_calls",
            "modalities",
            "response_format",
            "audio",
            "web_search_options",
            "functions",
            "function_call");

    private ChatCompletionParser() {}

    static ChatCompletionOrder parse(ObjectNode body) {
        JsonFields fields = Tolerant.fields(body, "");
        UnsupportedParameters.check(fields);
        ToolChoice tools = ToolChoice.read(fields);
        return new ChatCompletionOrder(
                fields.requiredText("model", MAX_NAME),
                new Prompt.Chat(MessageParser.messages(fields), tools.offered()),
                sampling(fields),
                new CompletionRequest.Output(maxTokens(fields), stops(fields), form(fields, tools)),
                delivery(fields),
                endUser(fields),
                ignored(body));
    }

    private static OutputConstraint form(JsonFields fields, ToolChoice tools) {
        String schema = ResponseFormat.schema(fields);
        if (schema == null) {
            return OutputConstraint.calling(tools.forced());
        }
        if (!tools.forced().isEmpty()) {
            throw fields.mustBe("response_format", "left out or text where \"tool_choice\" forces a call");
        }
        return OutputConstraint.schema(schema);
    }

    private static SamplingParameters sampling(JsonFields fields) {
        Long topK = fields.whole("top_k", 0, Integer.MAX_VALUE);
        return new SamplingParameters(
                fields.number("temperature", 0, 2),
                topK == null ? null : topK.intValue(),
                fields.number("top_p", 0, 1),
                fields.number("min_p", 0, 1),
                fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE));
    }

    private static @Nullable Integer maxTokens(JsonFields fields) {
        Long newer = fields.whole("max_completion_tokens", 1, Integer.MAX_VALUE);
        Long older = fields.whole("max_tokens", 1, Integer.MAX_VALUE);
        Long limit = newer != null ? newer : older;
        return limit == null ? null : limit.intValue();
    }

    private static List<String> stops(JsonFields fields) {
        JsonNode stop = fields.value("stop");
        if (stop != null && stop.isString()) {
            return List.of(Objects.requireNonNull(fields.text("stop", MAX_STOP)));
        }
        List<String> stops = fields.texts("stop", MAX_STOPS, MAX_STOP);
        return stops == null ? List.of() : stops;
    }

    private static ChatCompletionOrder.Delivery delivery(JsonFields fields) {
        boolean stream = Boolean.TRUE.equals(fields.flag("stream"));
        ObjectNode options = fields.rawObject("stream_options");
        if (options == null) {
            return new ChatCompletionOrder.Delivery(stream, false);
        }
        if (!stream) {
            throw fields.mustBe("stream_options", "given only where \"stream\" is true");
        }
        JsonFields inner = Tolerant.fields(options, fields.path("stream_options"));
        return new ChatCompletionOrder.Delivery(true, Boolean.TRUE.equals(inner.flag("include_usage")));
    }

    private static @Nullable String endUser(JsonFields fields) {
        String user = fields.text("safety_identifier", MAX_END_USER);
        return user != null ? user : fields.text("user", MAX_END_USER);
    }

    private static List<String> ignored(ObjectNode body) {
        return body.propertyNames().stream()
                .filter(name -> !MEANT.contains(name) && name.matches("[a-z_]{1,40}"))
                .sorted()
                .limit(MAX_IGNORED)
                .toList();
    }
}
