package dev.perigee.platform.openai;

import dev.perigee.platform.web.JsonFields;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Parameters that are not offered: taken where they ask for nothing, refused by name where they ask for something. */
final class UnsupportedParameters {

    private static final List<String> ABSENT = List.of("functions", "function_call", "audio", "web_search_options");

    private UnsupportedParameters() {}

    static void check(JsonFields fields) {
        fields.whole("n", 1, 1);
        fields.number("presence_penalty", 0, 0);
        fields.number("frequency_penalty", 0, 0);
        fields.whole("top_logprobs", 0, 0);
        require(fields, "logprobs", !Boolean.TRUE.equals(fields.flag("logprobs")), "false: not offered");
        require(fields, "parallel_tool_calls", !Boolean.FALSE.equals(fields.flag("parallel_tool_calls")), "true");
        require(fields, "logit_bias", empty(fields.value("logit_bias")), "empty: not offered");
        require(fields, "modalities", textOnly(fields.texts("modalities", 8, 32)), "[\"text\"]");
        require(fields, "response_format", plain(fields.value("response_format")), "{\"type\":\"text\"}");
        for (String name : ABSENT) {
            require(fields, name, fields.value(name) == null, "absent: not offered");
        }
    }

    private static void require(JsonFields fields, String name, boolean harmless, String what) {
        if (!harmless) {
            throw fields.mustBe(name, what);
        }
    }

    private static boolean empty(@Nullable JsonNode value) {
        return value == null || value.isObject() && value.isEmpty();
    }

    private static boolean textOnly(@Nullable List<String> modalities) {
        return modalities == null || modalities.equals(List.of("text"));
    }

    private static boolean plain(@Nullable JsonNode format) {
        return format == null || format.path("type").asString("").equals("text");
    }
}
