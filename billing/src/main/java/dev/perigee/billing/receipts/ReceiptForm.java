package dev.perigee.billing.receipts;

import dev.perigee.billing.charging.RecordedRequest;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.money.Money;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes and signs one receipt. */
final class ReceiptForm {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int VERSION = 1;

    private final ReceiptKey key;

    ReceiptForm(ReceiptKey key) {
        this.key = key;
    }

    /**
     * The receipt of a settled request.
     *
     * @param number its place among its tenant's receipts
     * @param previous the tenant's receipt before it, null for the first
     */
    Receipt sign(RecordedRequest request, long number, @Nullable String previous) {
        ObjectNode content = content(request).put("number", number).put("previous_sha256", sha256(previous));
        content.put(Receipt.KEY_ID, key.publicKey().id());
        byte[] signature = key.sign(CanonicalJson.of(content).getBytes(StandardCharsets.UTF_8));
        content.put(Receipt.SIGNATURE, Base64.getUrlEncoder().withoutPadding().encodeToString(signature));
        return new Receipt(request.requestId(), CanonicalJson.of(content));
    }

    private static @Nullable String sha256(@Nullable String receipt) {
        return receipt == null
                ? null
                : HexFormat.of().formatHex(Digest.sha256(receipt.getBytes(StandardCharsets.UTF_8)));
    }

    private static ObjectNode content(RecordedRequest request) {
        RecordedRequest.Charge charge = Objects.requireNonNull(request.charge(), "a settled request had a reservation");
        RecordedRequest.Measurement measured = Objects.requireNonNull(request.measurement(), "it is settled");
        ObjectNode content = MAPPER.createObjectNode()
                .put("version", VERSION)
                .put(Receipt.REQUEST_ID, request.requestId())
                .put("tenant_id", request.attribution().tenantId().toString())
                .put("project_id", request.attribution().projectId().toString())
                .put("api_key_id", request.attribution().apiKeyId().toString())
                .put("model", request.model())
                .put("model_sha256", measured.modelSha256())
                .put("outcome", measured.outcome().word())
                .put("price_version_id", charge.priceVersionId().toString())
                .put("occurred_at", request.occurredAt().toString())
                .put("recorded_at", measured.recordedAt().toString());
        content.set("tokens", tokens(measured.usage()));
        content.set("cost", money(measured.cost()));
        content.set("reserved", money(charge.held()));
        return content;
    }

    /** Disjoint parts. */
    private static ObjectNode tokens(MeasuredUsage usage) {
        return MAPPER.createObjectNode()
                .put("uncached_input", usage.uncachedInput())
                .put("cached_input", usage.cachedInput())
                .put("output", usage.output())
                .put("reasoning", usage.reasoning());
    }

    private static ObjectNode money(Money money) {
        return MAPPER.createObjectNode().put("amount", money.amount()).put("currency", money.currencyCode());
    }
}
