package dev.perigee.platform.admin;

import dev.perigee.billing.money.Money;
import dev.perigee.platform.web.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Forms that all answers share. */
final class AdminJson {

    private AdminJson() {}

    /** Money as {@code {"amount","currency"}}. */
    static ObjectNode money(Money money) {
        return Json.object().put("amount", money.amount()).put("currency", money.currencyCode());
    }

    /** A moment as RFC 3339 in UTC. */
    static @Nullable String moment(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }

    /**
     * Answers with one page of a list.
     *
     * @param found up to one element more than {@code limit}
     */
    static <T> void page(HttpServletResponse response, List<T> found, int limit, Function<T, ObjectNode> form)
            throws IOException {
        ObjectNode page = Json.object();
        page.set("data", array(found.stream().limit(limit).toList(), form));
        page.put("has_more", found.size() > limit);
        Json.write(response, page);
    }

    /** The elements in their order. */
    static <T> ArrayNode array(List<T> found, Function<T, ObjectNode> form) {
        ArrayNode elements = Json.array();
        found.stream().map(form).forEach(elements::add);
        return elements;
    }

    /** Answers 201 with what was made. */
    static void created(HttpServletResponse response, ObjectNode made) throws IOException {
        response.setStatus(HttpServletResponse.SC_CREATED);
        Json.write(response, made);
    }
}
