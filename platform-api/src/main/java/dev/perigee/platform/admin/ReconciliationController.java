package dev.perigee.platform.admin;

import dev.perigee.billing.charging.JdbcReconciliations;
import dev.perigee.billing.charging.Reconciliation;
import dev.perigee.billing.money.Money;
import dev.perigee.platform.web.Json;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.Objects;
import java.util.Set;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /admin/v1/reconciliation}; without {@code from} and {@code to} everything. Days begin in UTC. */
@Tag(name = "Usage")
@RestController
final class ReconciliationController {

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final Money NO_DRIFT = Money.zero(Currency.getInstance("USD"));

    private final JdbcReconciliations reconciliations;

    ReconciliationController(JdbcReconciliations reconciliations) {
        this.reconciliations = reconciliations;
    }

    @Operation(summary = "Tokens as the engine counted them, as recorded and as posted, and how far these are apart")
    @GetMapping("/admin/v1/reconciliation")
    void reconcile(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query query = Query.of(request, Set.of("from", "to"));
        Instant from = Objects.requireNonNullElse(query.moment("from", ZoneOffset.UTC), Instant.EPOCH);
        Instant to = Objects.requireNonNullElse(query.moment("to", ZoneOffset.UTC), LATEST);
        if (from.isAfter(to)) {
            throw Query.invalid("from", "is " + from + ", must not be after to, which is " + to);
        }
        Json.write(response, form(reconciliations.reconcile(from, to)));
    }

    /** The drift of the currency that has the largest one stands first; behind it each currency's. */
    private static ObjectNode form(Reconciliation reconciliation) {
        ObjectNode node = Json.object()
                .put("engine_tokens", reconciliation.engineTokens())
                .put("recorded_tokens", reconciliation.recordedTokens())
                .put("ledger_tokens", reconciliation.ledgerTokens())
                .put("estimated_tokens", reconciliation.estimatedTokens())
                .put("drift_tokens", reconciliation.driftTokens());
        node.set(
                "drift_money",
                AdminJson.money(reconciliation.driftMoney().stream().findFirst().orElse(NO_DRIFT)));
        ArrayNode currencies = node.putArray("drift_by_currency");
        reconciliation.driftMoney().forEach(money -> currencies.add(AdminJson.money(money)));
        return node.put("open_reservations", reconciliation.openReservations())
                .put("estimated_reservations", reconciliation.estimatedReservations());
    }
}
