package dev.perigee.platform.openai;

import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.JsonFields;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code response_format}. A schema is enforced whatever {@code strict} says, and refused where it cannot be; the model is not told of
 * it, the caller's messages stay as they are.
 */
final class ResponseFormat {

    private static final int MAX_WORD = 64;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    private ResponseFormat() {}

    /** The JSON schema that the answer must obey, {@code null} for plain text. */
    static @Nullable String schema(JsonFields fields) {
        ObjectNode format = fields.rawObject("response_format");
        if (format == null) {
            return null;
        }
        JsonFields inner = Tolerant.fields(format, fields.path("response_format"));
        return switch (inner.requiredText("type", MAX_WORD)) {
            case "text" -> null;
            case "json_object" -> OutputConstraint.ANY_OBJECT;
            case "json_schema" -> named(inner);
            default -> throw inner.mustBe("type", "\"text\", \"json_object\" or \"json_schema\"");
        };
    }

    private static String named(JsonFields format) {
        ObjectNode node = format.rawObject("json_schema");
        if (node == null) {
            throw format.mustBe("json_schema", "an object with name and schema");
        }
        JsonFields fields = Tolerant.fields(node, format.path("json_schema"));
        if (!NAME.matcher(fields.requiredText("name", MAX_WORD)).matches()) {
            throw fields.mustBe("name", "1 to 64 letters, digits, underscores and hyphens");
        }
        JsonNode description = fields.value("description");
        if (description != null && !description.isString()) {
            throw fields.mustBe("description", "a string");
        }
        fields.flag("strict");
        ObjectNode schema = fields.rawObject("schema");
        if (schema == null) {
            throw fields.mustBe("schema", "an object");
        }
        return Json.text(schema);
    }
}
