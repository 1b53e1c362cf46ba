package dev.perigee.billing.metering;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.RefusedRequest;
import dev.perigee.billing.charging.Settlement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** Usage lies in one partition a month; whoever charges does not notice. */
class UsageMonthsIntegrationTests {

    private static final MeasuredUsage USAGE = new MeasuredUsage(10, 0, 5, 0);

    private final BillingDatabase database = new BillingDatabase(3);
    private final UsageMonths months = new UsageMonths(database.jdbc);
    private Charging charging;

    @BeforeEach
    void price() {
        database.travelTo(Instant.parse("2030-12-31T23:30:00Z"));
        database.priceBooks.ensure("moonlet", RATE);
        charging = database.charging();
    }

    @AfterEach
    void close() {
        months.close();
        database.close();
    }

    @Test
    void monthsWhenTheyComeAreOpenedAheadOnce() {
        int before = partitions().size();
        assertThat(months.open()).isEqualTo(4);
        assertThat(months.open()).isZero();
        assertThat(partitions()).contains("usage_2030_12", "usage_2031_01", "usage_2031_02", "usage_2031_03");
        database.travelTo(Instant.parse("2031-01-01T00:00:00Z"));
        assertThat(months.open()).isEqualTo(1);
        assertThat(partitions()).contains("usage_2031_04").hasSize(before + 5);
    }

    @Test
    void usageWhenSettledAfterMidnightLiesInTheMonthOfItsAdmission() {
        months.open();
        charge("december");
        reserve("over");
        database.travelTo(Instant.parse("2031-01-01T00:00:01Z"));
        settle("over");
        charge("january");

        assertThat(partitionOf("december")).isEqualTo("billing.usage_2030_12");
        assertThat(partitionOf("over")).isEqualTo("billing.usage_2030_12");
        assertThat(partitionOf("january")).isEqualTo("billing.usage_2031_01");
        assertThat(database.report.find("over").orElseThrow().measurement().usage())
                .isEqualTo(USAGE);
    }

    @Test
    void usageWhenNobodyOpenedItsMonthIsWrittenBesideTheOthersAndStaysThere() {
        charge("early");

        assertThat(partitionOf("early")).isEqualTo("billing.usage_other");
        assertThat(months.open()).isEqualTo(3);
        charge("late");
        assertThat(partitionOf("late")).isEqualTo("billing.usage_other");
    }

    @Test
    void requestWhenRefusedAgainInAnotherMonthHasOneRow() {
        months.open();
        RefusedRequest refused = new RefusedRequest("no", newTenant(), "moonlet", RequestOutcome.BUDGET_EXHAUSTED);
        charging.refuse(refused);
        database.travelTo(Instant.parse("2031-02-01T00:00:00Z"));
        charging.refuse(refused);

        assertThat(database.number("SELECT count(*) FROM billing.usage WHERE request_id = 'no'"))
                .isEqualTo(1);
        assertThat(database.report.find("no").orElseThrow().measurement().outcome())
                .isEqualTo(RequestOutcome.BUDGET_EXHAUSTED);
        assertThat(charging.reserve(new ChargeRequest("no", newTenant(), "moonlet", 10, 10)))
                .isInstanceOf(Admission.DuplicateRequest.class);
    }

    @Test
    void usageWhenNotOfTheMomentOfItsReservationIsRefused() {
        reserve("moved");

        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> database.jdbc.sql("""
                                INSERT INTO billing.usage (request_id, tenant_id, project_id, api_key_id, model, outcome, refused,
                                    uncached_input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
                                    price_version_id, currency, cost_nanos, occurred_at)
                                SELECT request_id, tenant_id, project_id, api_key_id, model, 'completed', false, 1, 0, 1, 0,
                                    price_version_id, currency, 0, reserved_at + interval '1 second' FROM billing.reservation""").update())
                .withMessageContaining("usage of request moved is not of the moment of its reservation");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM billing.usage_2030_12",
                "TRUNCATE billing.usage_2030_12",
                "UPDATE billing.usage_2030_12 SET output_tokens = 0",
                "DELETE FROM billing.usage",
                "TRUNCATE billing.usage",
                "UPDATE billing.usage SET occurred_at = '2031-01-01T00:00:00Z'"
            })
    void partitionWhenChangedByItselfRefusesAsItsTableDoes(String change) {
        months.open();
        charge("kept");

        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> database.jdbc.sql(change).update())
                .withMessageContaining("is append-only");
    }

    @Test
    void partitionWhenReadByAnybodyButASuperuserIsEmptyOrForbidden() {
        months.open();
        charge("kept");
        String role = "reader_" + System.nanoTime();
        database.jdbc.sql("CREATE ROLE " + role).update();
        database.jdbc.sql("SELECT isolation.admit('" + role + "')").query().singleRow();

        assertThat(database.number("SELECT has_table_privilege('" + role + "', 'billing.usage', 'SELECT')::int"))
                .isEqualTo(1);
        for (String partition : partitions()) {
            assertThat(database.number("SELECT has_table_privilege('" + role + "', 'billing." + partition
                            + "', 'SELECT, INSERT, UPDATE, DELETE')::int"))
                    .as(partition)
                    .isZero();
        }
        assertThat(database.number("""
                        SELECT count(*) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
                        WHERE i.inhparent = 'billing.usage'::regclass AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""")).isZero();
    }

    private void charge(String id) {
        reserve(id);
        settle(id);
    }

    private void reserve(String id) {
        assertThat(charging.reserve(new ChargeRequest(id, newTenant(), "moonlet", 10, 10)))
                .isInstanceOf(Admission.Admitted.class);
    }

    private void settle(String id) {
        assertThat(charging.settle(id, USAGE, RequestOutcome.COMPLETED)).isInstanceOf(Settlement.Settled.class);
    }

    private List<String> partitions() {
        return database.jdbc.sql("""
                        SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
                        WHERE i.inhparent = 'billing.usage'::regclass""").query(String.class).list();
    }

    private String partitionOf(String id) {
        return database.jdbc
                .sql("SELECT tableoid::regclass::text FROM billing.usage WHERE request_id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }
}
