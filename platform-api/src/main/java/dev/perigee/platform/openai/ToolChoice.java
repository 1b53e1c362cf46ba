package dev.perigee.platform.openai;

import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.platform.web.JsonFields;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code tools} and {@code tool_choice} together.
 *
 * @param offered the tools that the model is told of
 * @param forced names of those of which one must be called; empty where the model decides
 */
record ToolChoice(List<ToolDefinition> offered, List<String> forced) {

    private static final String FIELD = "tool_choice";
    private static final int MAX_NAME = 64;

    static ToolChoice read(JsonFields fields) {
        List<ToolDefinition> tools = ToolParser.tools(fields);
        JsonNode choice = fields.value(FIELD);
        if (choice instanceof ObjectNode named) {
            return new ToolChoice(tools, List.of(named(fields, named, tools)));
        }
        return switch (choice == null ? "auto" : choice.asString("")) {
            case "auto" -> new ToolChoice(tools, List.of());
            case "none" -> new ToolChoice(List.of(), List.of());
            case "required" -> new ToolChoice(tools, required(fields, tools));
            default ->
                throw fields.mustBe(
                        FIELD, "\"auto\", \"none\", \"required\" or {\"type\":\"function\",\"function\":{\"name\":…}}");
        };
    }

    private static List<String> required(JsonFields fields, List<ToolDefinition> tools) {
        if (tools.isEmpty()) {
            throw fields.mustBe(FIELD, "\"auto\" or \"none\" where no tools are given");
        }
        return tools.stream().map(ToolDefinition::name).toList();
    }

    private static String named(JsonFields parent, ObjectNode node, List<ToolDefinition> tools) {
        JsonFields fields = Tolerant.fields(node, parent.path(FIELD));
        if (!fields.requiredText("type", MAX_NAME).equals("function")) {
            throw fields.mustBe("type", "\"function\"");
        }
        ObjectNode function = fields.rawObject("function");
        if (function == null) {
            throw fields.mustBe("function", "an object with a name");
        }
        JsonFields inner = Tolerant.fields(function, fields.path("function"));
        String name = inner.requiredText("name", MAX_NAME);
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw inner.mustBe("name", "the name of one of \"tools\"");
        }
        return name;
    }
}
