package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults that the code must never make and the triggers refuse, planted with the triggers away: each must show. */
class ReconciliationIntegrationTests {

    private static final Instant LATE = Instant.parse("2100-01-01T00:00:00Z");

    private final BillingDatabase database = new BillingDatabase(2);
    private final Charging charging = database.charging();
    private final CostAttribution tenant = newTenant();

    @BeforeEach
    void settleThree() {
        database.priceBooks.ensure("moonlet", RATE);
        settle("first", new MeasuredUsage(10, 5, 6, 2));
        settle("second", new MeasuredUsage(20, 0, 7, 0));
        settle("third", new MeasuredUsage(1, 0, 1, 0));
        charging.reserve(new ChargeRequest("running", tenant, "moonlet", 10, 10));
        charging.refuse(new RefusedRequest("refused", tenant, "moonlet", RequestOutcome.RATE_LIMITED));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void countsWhenNothingIsWrongAgree() {
        assertThat(reconcile()).isEqualTo(new Reconciliation(52, 52, 52, 0, 0, List.of(Money.zero(USD)), 1, 0));
        assertThat(new JdbcReconciliations(database.jdbc).reconcile(Instant.EPOCH, Instant.EPOCH))
                .isEqualTo(new Reconciliation(0, 0, 0, 0, 0, List.of(), 0, 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UPDATE billing.engine_count SET tokens = tokens + 1 WHERE request_id = 'first'           | 1  | 0
            DELETE FROM billing.engine_count WHERE request_id = 'third'                              | 2  | 0
            INSERT INTO billing.engine_count (request_id, tokens, occurred_at) VALUES ('nobody', 9, now()) | 9  | 0
            UPDATE billing.usage SET output_tokens = output_tokens - 1 WHERE request_id = 'second'   | 1  | 2500
            DELETE FROM billing.usage WHERE request_id = 'third'                                     | 2  | 3100
            UPDATE billing.usage SET cost_nanos = cost_nanos + 1 WHERE request_id = 'second'         | 0  | 1
            UPDATE billing.ledger_transaction SET tokens = 0 WHERE request_id = 'third'              | 2  | 0
            UPDATE billing.ledger_entry SET nanos = nanos + sign(nanos) * 7 WHERE abs(nanos) = 3100  | 0  | 7
            """)
    void faultWhenPlantedInOneCountShowsAsDrift(String fault, long tokens, long nanos) {
        plant(fault);

        assertThat(reconcile().driftTokens()).isEqualTo(tokens);
        assertThat(reconcile().driftMoney().stream().mapToLong(Money::nanos).sum())
                .isEqualTo(nanos);
    }

    @Test
    void faultsWhenTheyCancelOutShowAllTheSame() {
        plant("UPDATE billing.usage SET output_tokens = output_tokens + 1 WHERE request_id = 'first'");
        plant("UPDATE billing.usage SET output_tokens = output_tokens - 1 WHERE request_id = 'second'");

        assertThat(reconcile().recordedTokens()).isEqualTo(52);
        assertThat(reconcile().driftTokens()).isEqualTo(2);
    }

    private void settle(String id, MeasuredUsage usage) {
        Admission.Admitted admitted =
                (Admission.Admitted) charging.reserve(new ChargeRequest(id, tenant, "moonlet", 20, 10));
        admitted.slot().count(usage);
        charging.settle(id, usage, RequestOutcome.COMPLETED);
    }

    private void plant(String fault) {
        database.jdbc
                .sql("DO $$ BEGIN SET LOCAL session_replication_role = replica; " + fault + "; END $$")
                .update();
    }

    private Reconciliation reconcile() {
        return new JdbcReconciliations(database.jdbc).reconcile(Instant.EPOCH, LATE);
    }
}
