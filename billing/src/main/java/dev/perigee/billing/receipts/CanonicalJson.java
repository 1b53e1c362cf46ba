package dev.perigee.billing.receipts;

import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The canonical form of a JSON object whose numbers are whole: keys in the order of their UTF-16 code units, no white space.
 *
 * <p>Source: RFC 8785.
 */
final class CanonicalJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private CanonicalJson() {}

    static String of(ObjectNode object) {
        StringBuilder out = new StringBuilder();
        write(object, out);
        return out.toString();
    }

    private static void write(JsonNode node, StringBuilder out) {
        if (!(node instanceof ObjectNode object)) {
            if (node.isArray() || (node.isNumber() && !node.isIntegralNumber())) {
                throw new IllegalArgumentException(node + " is no field of a receipt");
            }
            out.append(MAPPER.writeValueAsString(node));
            return;
        }
        char before = '{';
        for (String name : new TreeSet<>(object.propertyNames())) {
            out.append(before).append(MAPPER.writeValueAsString(name)).append(':');
            write(object.get(name), out);
            before = ',';
        }
        out.append(object.isEmpty() ? "{}" : "}");
    }
}
