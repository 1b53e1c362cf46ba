package dev.perigee.platform.admin;

import dev.perigee.billing.charging.UsageDimension;
import dev.perigee.billing.charging.UsageGroup;
import dev.perigee.billing.charging.UsageQuery;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.charging.UsageSummary;
import dev.perigee.billing.charging.UsageSums;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.tenancy.Tenants;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.Quoted;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /admin/v1/tenants/{id}/usage}; without {@code from} and {@code to} all of it, to the end of the tenant's current day. */
@Tag(name = "Usage")
@RestController
final class UsageController {

    private final Tenants tenants;
    private final UsageReport usage;

    UsageController(Tenants tenants, UsageReport usage) {
        this.tenants = tenants;
        this.usage = usage;
    }

    @Operation(summary = "What a tenant used, by from, to and group_by (day, model, project, api_key)")
    @GetMapping("/admin/v1/tenants/{id}/usage")
    void usage(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query query = Query.of(request, Set.of("from", "to", "group_by"));
        Tenant tenant = Ids.tenantInPath(tenants, id);
        UsageQuery asked = query(tenant, query);
        UsageSummary summary = usage.summarise(asked);
        ObjectNode body =
                Json.object().put("from", AdminJson.moment(asked.from())).put("to", AdminJson.moment(asked.to()));
        body.set("total", sums(Json.object(), summary.total()));
        ArrayNode groups = body.putArray("groups");
        summary.groups().forEach(group -> groups.add(form(group)));
        Json.write(response, body);
    }

    private static UsageQuery query(Tenant tenant, Query query) {
        ZoneId timeZone = tenant.timeZone();
        Instant from = query.moment("from", timeZone);
        Instant to = query.moment("to", timeZone);
        Set<UsageDimension> groupBy = groupBy(query.text("group_by"));
        try {
            return new UsageQuery(
                    tenant.id(),
                    tenant.currency(),
                    timeZone,
                    Objects.requireNonNullElse(from, tenant.createdAt()),
                    Objects.requireNonNullElseGet(to, () -> endOfToday(timeZone)),
                    groupBy);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.invalid("invalid_value", "from", e.getMessage() + "."));
        }
    }

    private static Instant endOfToday(ZoneId timeZone) {
        return LocalDate.now(timeZone).plusDays(1).atStartOfDay(timeZone).toInstant();
    }

    private static Set<UsageDimension> groupBy(@Nullable String words) {
        Set<UsageDimension> dimensions = EnumSet.noneOf(UsageDimension.class);
        for (String word : words == null || words.isEmpty() ? new String[0] : words.split(",", -1)) {
            dimensions.add(Arrays.stream(UsageDimension.values())
                    .filter(dimension -> word(dimension).equals(word))
                    .findFirst()
                    .orElseThrow(() -> unknownDimension(word)));
        }
        return dimensions;
    }

    private static ProblemException unknownDimension(String word) {
        String known = Arrays.stream(UsageDimension.values())
                .map(UsageController::word)
                .collect(Collectors.joining(", "));
        return Query.invalid(
                "group_by", "holds " + Quoted.text(word) + ", may hold " + known + ", with commas between");
    }

    private static String word(UsageDimension dimension) {
        return dimension.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode form(UsageGroup group) {
        ObjectNode node = Json.object();
        putKnown(node, "day", group.day());
        putKnown(node, "model", group.model());
        putKnown(node, "project", group.projectId());
        putKnown(node, "api_key", group.apiKeyId());
        return sums(node, group.sums());
    }

    private static void putKnown(ObjectNode node, String name, @Nullable Object value) {
        if (value != null) {
            node.put(name, value.toString());
        }
    }

    private static ObjectNode sums(ObjectNode node, UsageSums sums) {
        node.put("requests", sums.requests())
                .put("refused_requests", sums.refusedRequests())
                .put("input_tokens", sums.inputTokens())
                .put("cached_input_tokens", sums.cachedInputTokens())
                .put("output_tokens", sums.outputTokens())
                .put("reasoning_tokens", sums.reasoningTokens());
        node.set("cost", AdminJson.money(sums.cost()));
        return node;
    }
}
