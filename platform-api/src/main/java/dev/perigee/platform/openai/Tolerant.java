package dev.perigee.platform.openai;

import dev.perigee.platform.web.JsonFields;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's objects grow with every release of a client: unknown fields are not refused. */
final class Tolerant {

    private Tolerant() {}

    static JsonFields fields(ObjectNode node, String path) {
        return JsonFields.of(node, path, Set.copyOf(node.propertyNames()));
    }
}
