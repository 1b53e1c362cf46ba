package dev.perigee.platform.openai;

import dev.perigee.platform.web.JsonFields;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Parameters that are not offered: taken where they ask for nothing, refused by name where they ask for something. */
final class UnsupportedParameters {

    private static final List<String> ABSENT = List.of("functions", "function_call", "audio", "web_search_options");

    private UnsupportedParameters() {}

    static void check(JsonFields fields) {
        require(fields, "n", isNumber(fields.value("n"), BigDecimal.ONE), "1");
        require(fields, "presence_penalty", isNumber(fields.value("presence_penalty"), BigDecimal.ZERO), "0");
        require(fields, "frequency_penalty", isNumber(fields.value("frequency_penalty"), BigDecimal.ZERO), "0");
        require(fields, "top_logprobs", isNumber(fields.value("top_logprobs"), BigDecimal.ZERO), "0 or absent");
        require(fields, "logprobs", !Boolean.TRUE.equals(fields.flag("logprobs")), "false");
        require(fields, "parallel_tool_calls", !Boolean.FALSE.equals(fields.flag("parallel_tool_calls")), "true");
        require(fields, "logit_bias", isEmpty(fields.value("logit_bias")), "empty or absent");
        require(fields, "modalities", isTextOnly(fields.value("modalities")), "[\"text\"] or absent");
        for (String name : ABSENT) {
            require(fields, name, fields.value(name) == null, "absent");
        }
    }

    private static void require(JsonFields fields, String name, boolean harmless, String offered) {
        if (!harmless) {
            throw fields.unsupported(name, offered);
        }
    }

    private static boolean isNumber(@Nullable JsonNode value, BigDecimal only) {
        return value == null || value.isNumber() && value.decimalValue().compareTo(only) == 0;
    }

    private static boolean isEmpty(@Nullable JsonNode value) {
        return value == null || value.isObject() && value.isEmpty();
    }

    private static boolean isTextOnly(@Nullable JsonNode modalities) {
        return modalities == null
                || modalities.isArray()
                        && modalities.size() == 1
                        && modalities.get(0).asString("").equals("text");
    }
}
