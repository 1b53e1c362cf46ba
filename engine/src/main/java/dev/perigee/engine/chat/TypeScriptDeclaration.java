package dev.perigee.engine.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tools as TypeScript, which is how K2.5 reads them: a type for each function, an interface for each shared definition.
 *
 * <p>Keys are sorted first; required parameters come before the others. What a schema says beyond its type stands in comments above a
 * parameter: description, bounds, default.
 *
 * <p>Source: Moonshot's K2.5 chat template and its tool declaration code (section 4.4 of the facts they publish with the weights).
 */
final class TypeScriptDeclaration {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String INDENT = "  ";
    private static final String ANY = "any";
    private static final String PARAMETERS = "parameters";
    private static final Map<String, List<String>> BOUNDS = Map.of(
            "string", List.of("maxLength", "minLength", "pattern"),
            "number", List.of("maximum", "minimum"),
            "integer", List.of("maximum", "minimum"),
            "array", List.of("maxItems", "minItems"));

    private TypeScriptDeclaration() {}

    /** The text that declares these tools; its end is a line's end. */
    static String of(List<ToolDefinition> tools) {
        return tools.stream()
                .map(tool -> function(JSON.readTree(tool.declaration()).path("function")))
                .collect(Collectors.joining("\n", "# Tools\n\n## functions\nnamespace functions {\n", "\n}\n"));
    }

    private static String function(JsonNode function) {
        JsonNode parameters = function.path(PARAMETERS);
        List<String> lines = new ArrayList<>();
        sorted(parameters.path("$defs"))
                .forEach((name, schema) -> lines.add("interface " + name + " " + object(schema, "")));
        String type = object(parameters, "");
        if (refersToWhole(parameters)) {
            lines.add("interface " + PARAMETERS + " " + type);
            type = PARAMETERS;
        }
        lines.addAll(comments(function.path("description").asString(""), ""));
        lines.add("type " + function.path("name").asString("") + " = (_: " + type + ") => any;");
        return String.join("\n", lines);
    }

    private static boolean refersToWhole(JsonNode node) {
        if (node.path("$ref").asString("").equals("#")) {
            return true;
        }
        return node.valueStream().anyMatch(TypeScriptDeclaration::refersToWhole);
    }

    private static Map<String, JsonNode> sorted(JsonNode object) {
        Map<String, JsonNode> sorted = new TreeMap<>();
        object.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static String object(JsonNode schema, String indent) {
        Map<String, JsonNode> properties = sorted(schema.path("properties"));
        List<String> required =
                schema.path("required").valueStream().map(n -> n.asString("")).toList();
        String inner = indent + INDENT;
        List<String> members = new ArrayList<>();
        properties.forEach((name, value) -> {
            if (required.contains(name)) {
                members.add(member(name, value, inner));
            }
        });
        properties.forEach((name, value) -> {
            if (!required.contains(name)) {
                members.add(member(name + "?", value, inner));
            }
        });
        if (schema.has("additionalProperties")) {
            members.add(inner + "[k: string]: " + others(schema.path("additionalProperties"), inner));
        }
        return members.isEmpty() ? "{}" : "{\n" + String.join(",\n", members) + "\n" + indent + "}";
    }

    private static String others(JsonNode additional, String indent) {
        return additional.isBoolean() && !additional.booleanValue() ? "never" : type(additional, indent);
    }

    private static String member(String name, JsonNode schema, String indent) {
        List<String> lines = new ArrayList<>(comments(schema.path("description").asString(""), indent));
        String bounds = bounds(schema);
        if (!bounds.isEmpty()) {
            lines.add(indent + "// " + bounds);
        }
        if (schema.has("default")) {
            lines.add(indent + "// Default: " + schema.path("default"));
        }
        lines.add(indent + name + ": " + type(schema, indent));
        return String.join("\n", lines);
    }

    private static List<String> comments(String text, String indent) {
        return text.isEmpty()
                ? List.of()
                : text.lines().map(line -> indent + "// " + line).toList();
    }

    private static String bounds(JsonNode schema) {
        return BOUNDS.getOrDefault(schema.path("type").asString(""), List.of()).stream()
                .filter(schema::has)
                .map(key -> key + ": " + schema.path(key).asString())
                .collect(Collectors.joining(", "));
    }

    private static String type(JsonNode schema, String indent) {
        if (!schema.isObject()) {
            return ANY;
        }
        if (schema.has("$ref")) {
            String target = schema.path("$ref").asString("");
            return target.equals("#") ? PARAMETERS : target.substring(target.lastIndexOf('/') + 1);
        }
        if (schema.has("enum")) {
            return schema.path("enum").valueStream().map(JsonNode::toString).collect(Collectors.joining(" | "));
        }
        if (schema.has("anyOf")) {
            return schema.path("anyOf").valueStream().map(s -> type(s, indent)).collect(Collectors.joining(" | "));
        }
        JsonNode type = schema.path("type");
        return type.isArray()
                ? type.valueStream().map(t -> named(t, schema, indent)).collect(Collectors.joining(" | "))
                : named(type, schema, indent);
    }

    private static String named(JsonNode type, JsonNode schema, String indent) {
        return switch (type.asString("")) {
            case "string" -> "string";
            case "number", "integer" -> "number";
            case "boolean" -> "boolean";
            case "null" -> "null";
            case "object" -> object(schema, indent);
            case "array" -> "Array<" + type(schema.path("items"), indent) + ">";
            default -> ANY;
        };
    }
}
