package dev.perigee.platform.admin;

import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.platform.apikey.ApiKey;
import dev.perigee.platform.apikey.ApiKeyScope;
import dev.perigee.platform.apikey.NewApiKey;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.JsonFields;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How keys read and write as JSON. */
final class ApiKeyFields {

    private static final Set<String> KNOWN = Set.of("name", "project_id", "models", "expires_at", "scopes");
    private static final int MAX_MODELS = 100;
    private static final int MAX_WORD = 64;

    private ApiKeyFields() {}

    /** The key that a body asks for. */
    static NewApiKey read(ObjectNode body, UUID tenantId) {
        JsonFields fields = JsonFields.of(body, "", KNOWN);
        List<String> models = fields.texts("models", MAX_MODELS, PriceBooks.MAX_MODEL_LENGTH);
        return new NewApiKey(
                tenantId,
                projectId(fields),
                TenantFields.requiredName(fields),
                models == null ? Set.of() : Set.copyOf(models),
                scopes(fields),
                fields.moment("expires_at"));
    }

    private static @Nullable UUID projectId(JsonFields fields) {
        String id = fields.text("project_id", MAX_WORD);
        if (id == null) {
            return null;
        }
        return Ids.parse(id).orElseThrow(() -> fields.mustBe("project_id", "the id of one of the tenant's projects"));
    }

    private static Set<ApiKeyScope> scopes(JsonFields fields) {
        List<String> words = fields.texts("scopes", ApiKeyScope.values().length, MAX_WORD);
        if (words == null) {
            return EnumSet.allOf(ApiKeyScope.class);
        }
        if (words.isEmpty()) {
            throw unknownScope(fields);
        }
        return words.stream()
                .map(word -> ApiKeyScope.ofWord(word).orElseThrow(() -> unknownScope(fields)))
                .collect(Collectors.toSet());
    }

    private static RuntimeException unknownScope(JsonFields fields) {
        String known =
                Arrays.stream(ApiKeyScope.values()).map(ApiKeyScope::word).collect(Collectors.joining(", "));
        return fields.mustBe("scopes", "one or more of " + known);
    }

    /** A key as JSON, without its secret. */
    static ObjectNode write(ApiKey key) {
        ObjectNode node = Json.object()
                .put("id", key.id().toString())
                .put("tenant_id", key.tenantId().toString())
                .put("project_id", key.projectId().toString())
                .put("name", key.name())
                .put("prefix", key.prefix());
        ArrayNode models = node.putArray("models");
        key.models().stream().sorted().forEach(models::add);
        ArrayNode scopes = node.putArray("scopes");
        key.scopes().stream().map(ApiKeyScope::word).sorted().forEach(scopes::add);
        return node.put("state", key.state().name().toLowerCase(Locale.ROOT))
                .put("created_at", AdminJson.moment(key.createdAt()))
                .put("expires_at", AdminJson.moment(key.expiresAt()))
                .put("revoked_at", AdminJson.moment(key.revokedAt()))
                .put("last_used_at", AdminJson.moment(key.lastUsedAt()));
    }
}
