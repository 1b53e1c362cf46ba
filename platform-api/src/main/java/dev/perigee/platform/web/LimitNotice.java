package dev.perigee.platform.web;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which limit refused a request, and how it stood at that moment.
 *
 * @param source the limit as a stable word, such as {@code tenant.requests_per_minute}
 * @param reason what is the matter with it, as a stable word
 * @param remedy what to do, for people
 * @param counters its figures
 * @param resetsAt when it will be different, where that is known
 * @param retryHelps whether the same request can pass later without anybody doing anything
 */
public record LimitNotice(
        String source,
        String reason,
        String remedy,
        Counters counters,
        @Nullable Instant resetsAt,
        boolean retryHelps) {

    /** The limit, what is used of it for good, and what running requests hold. */
    public record Counters(JsonNode limit, JsonNode used, JsonNode reserved) {}

    /** The form that is sent. */
    public ObjectNode json() {
        ObjectNode node =
                Json.object().put("limit_source", source).put("reason", reason).put("remedy", remedy);
        node.set("limit", counters.limit());
        node.set("used", counters.used());
        node.set("reserved", counters.reserved());
        node.put("resets_at", resetsAt == null ? null : resetsAt.toString());
        return node;
    }
}
