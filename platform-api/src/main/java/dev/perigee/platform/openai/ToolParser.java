package dev.perigee.platform.openai;

import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.JsonFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@code tools}; what the model sees is the caller's schema, without white space. */
final class ToolParser {

    private static final int MAX_TOOLS = 128;
    private static final int MAX_NAME = 64;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_-]{0,63}");

    private ToolParser() {}

    static List<ToolDefinition> tools(JsonFields fields) {
        List<JsonNode> nodes = fields.list("tools", MAX_TOOLS);
        List<ToolDefinition> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; nodes != null && i < nodes.size(); i++) {
            String path = "tools[" + i + "]";
            ToolDefinition tool = tool(fields, path, nodes.get(i));
            if (!names.add(tool.name())) {
                throw fields.mustBe(
                        path, nodes.get(i), "a tool with a name of its own: \"" + tool.name() + "\" comes twice");
            }
            tools.add(tool);
        }
        return tools;
    }

    private static ToolDefinition tool(JsonFields parent, String path, JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            throw parent.mustBe(path, node, "an object with type and function");
        }
        JsonFields fields = Tolerant.fields(object, path);
        if (!fields.requiredText("type", MAX_NAME).equals("function")) {
            throw fields.mustBe("type", "\"function\"");
        }
        ObjectNode function = fields.rawObject("function");
        if (function == null) {
            throw fields.mustBe("function", "an object with a name");
        }
        JsonFields inner = Tolerant.fields(function, fields.path("function"));
        String name = inner.requiredText("name", MAX_NAME);
        if (!NAME.matcher(name).matches()) {
            throw inner.mustBe("name", "1 to 64 letters, digits, underscores and hyphens, no hyphen first");
        }
        return new ToolDefinition(name, Json.text(declaration(name, inner)), arguments(inner));
    }

    /** Where {@code strict} is not said, a schema is obeyed as far as it can be enforced. */
    private static ToolDefinition.Arguments arguments(JsonFields function) {
        Boolean strict = function.flag("strict");
        if (strict == null) {
            return ToolDefinition.Arguments.GUIDED;
        }
        return strict ? ToolDefinition.Arguments.STRICT : ToolDefinition.Arguments.FREE;
    }

    /** In the order that models are taught, whatever the client's; {@code strict} and {@code $schema} tell a model nothing. */
    private static ObjectNode declaration(String name, JsonFields function) {
        ObjectNode declared = Json.object().put("name", name);
        JsonNode description = function.value("description");
        if (description != null && !description.isString()) {
            throw function.mustBe("description", "a string");
        }
        if (description != null) {
            declared.set("description", description);
        }
        ObjectNode parameters = function.rawObject("parameters");
        if (parameters != null) {
            parameters.remove("$schema");
            declared.set("parameters", parameters);
        }
        ObjectNode tool = Json.object().put("type", "function");
        tool.set("function", declared);
        return tool;
    }
}
