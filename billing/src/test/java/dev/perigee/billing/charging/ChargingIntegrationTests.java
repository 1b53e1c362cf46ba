package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.Rate;
import java.util.Currency;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChargingIntegrationTests {

    private static final MeasuredUsage USAGE = new MeasuredUsage(80, 20, 30, 5);

    private static BillingDatabase database;
    private static Charging charging;

    private final CostAttribution tenant = newTenant();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(4);
        charging = database.charging();
        database.priceBooks.ensure("moonlet", RATE);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void reserveWhenModelIsPricedHoldsTheMostItCanCost() {
        Reservation reservation = admitted(request("held"));
        assertThat(reservation.held()).isEqualTo(new Money(100 * 600 + 50 * 2500, USD));
        assertThat(reservation.price().rate()).isEqualTo(RATE);
        assertThat(reservation.attribution()).isEqualTo(tenant);
        RecordedRequest.Charge charge = recorded("held").charge();
        assertThat(charge.held()).isEqualTo(reservation.held());
        assertThat(charge.state()).isEqualTo(ReservationState.RESERVED);
        assertThat(recorded("held").measurement()).isNull();
    }

    @Test
    void reserveWhenModelHasNoPriceHoldsNothing() {
        assertThat(charging.reserve(new ChargeRequest("unpriced", tenant, "unknown", 1, 1)))
                .isEqualTo(new Admission.UnpricedModel("unknown", USD));
        assertThat(database.report.find("unpriced")).isEmpty();
    }

    @Test
    void reserveWhenModelIsPricedInAnotherCurrencyOnlyHoldsNothing() {
        Currency euro = Currency.getInstance("EUR");
        CostAttribution european =
                new CostAttribution(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), euro, null);
        assertThat(charging.reserve(new ChargeRequest("euro", european, "moonlet", 1, 1)))
                .isEqualTo(new Admission.UnpricedModel("moonlet", euro));
    }

    @Test
    void reserveWhenTenantChangesCurrencyIsRefused() {
        admitted(request("first-currency"));
        Currency franc = Currency.getInstance("CHF");
        database.priceBooks.ensure("moonlet", new Rate(franc, 1, 1, 1));
        CostAttribution changed =
                new CostAttribution(tenant.tenantId(), tenant.projectId(), tenant.apiKeyId(), franc, null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> charging.reserve(new ChargeRequest("second-currency", changed, "moonlet", 1, 1)))
                .withMessageContaining("currency is CHF, must be USD");
        assertThat(database.report.find("second-currency")).isEmpty();
    }

    @Test
    void reserveWhenIdWasUsedTellsWhereThatRequestStands() {
        admitted(request("twice"));
        assertThat(charging.reserve(request("twice")))
                .isEqualTo(new Admission.DuplicateRequest("twice", ReservationState.RESERVED));
        charging.settle("twice", USAGE, RequestOutcome.COMPLETED);
        assertThat(charging.reserve(request("twice")))
                .isEqualTo(new Admission.DuplicateRequest("twice", ReservationState.SETTLED));
        charging.refuse(new RefusedRequest("refused-first", tenant, "moonlet", RequestOutcome.RATE_LIMITED));
        assertThat(charging.reserve(request("refused-first")))
                .isEqualTo(new Admission.DuplicateRequest("refused-first", null));
    }

    @Test
    void settleWhenTheWeightsAreKnownRecordsTheirDigest() {
        String digest = "0123456789abcdef".repeat(4);
        charging.reserve(new ChargeRequest("pinned", tenant, "moonlet", 100, 50, 50, digest));
        charging.settle("pinned", USAGE, RequestOutcome.COMPLETED);
        admitted(request("unpinned"));
        charging.settle("unpinned", USAGE, RequestOutcome.COMPLETED);

        assertThat(recorded("pinned").measurement().modelSha256()).isEqualTo(digest);
        assertThat(recorded("unpinned").measurement().modelSha256()).isNull();
    }

    @Test
    void settleWhenTokensWereUsedRecordsAndPostsTheSameCost() {
        Reservation reservation = admitted(request("settled"));
        Money cost = new Money(80 * 600 + 20 * 150 + 35 * 2500, USD);
        assertThat(charging.settle("settled", USAGE, RequestOutcome.TOOL_CALLS))
                .isEqualTo(new Settlement.Settled(cost));
        RecordedRequest recorded = recorded("settled");
        assertThat(recorded.attribution()).isEqualTo(tenant);
        assertThat(recorded.occurredAt()).isEqualTo(reservation.reservedAt());
        assertThat(recorded.charge().state()).isEqualTo(ReservationState.SETTLED);
        assertThat(recorded.charge().priceVersionId())
                .isEqualTo(reservation.price().id());
        assertThat(recorded.measurement().outcome()).isEqualTo(RequestOutcome.TOOL_CALLS);
        assertThat(recorded.measurement().usage()).isEqualTo(USAGE);
        assertThat(recorded.measurement().cost()).isEqualTo(cost);
        assertThat(balance("receivable")).isEqualTo(cost.nanos());
        assertThat(balance("revenue")).isEqualTo(-cost.nanos());
    }

    @Test
    void settleWhenNoTokenWasUsedReleasesAndPostsNothing() {
        admitted(request("released"));
        assertThat(charging.settle("released", MeasuredUsage.NONE, RequestOutcome.OVERLOADED))
                .isEqualTo(new Settlement.Settled(Money.zero(USD)));
        assertThat(recorded("released").charge().state()).isEqualTo(ReservationState.RELEASED);
        assertThat(recorded("released").measurement().outcome()).isEqualTo(RequestOutcome.OVERLOADED);
        assertThat(balance("receivable")).isZero();
    }

    @Test
    void settleWhenRepeatedChangesNothing() {
        admitted(request("again"));
        charging.settle("again", USAGE, RequestOutcome.COMPLETED);
        long owed = balance("receivable");
        assertThat(charging.settle("again", new MeasuredUsage(1, 1, 1, 1), RequestOutcome.FAILED))
                .isEqualTo(new Settlement.AlreadySettled("again"));
        assertThat(balance("receivable")).isEqualTo(owed).isPositive();
        assertThat(recorded("again").measurement().usage()).isEqualTo(USAGE);
    }

    @Test
    void settleWhenNothingWasReservedRecordsNothing() {
        assertThat(charging.settle("never", USAGE, RequestOutcome.COMPLETED))
                .isEqualTo(new Settlement.NeverReserved("never"));
        assertThat(database.report.find("never")).isEmpty();
    }

    @Test
    void settleWhenOutcomeIsRefusalWithTokensRecordsNothingAndKeepsTheHold() {
        admitted(request("contradiction"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> charging.settle("contradiction", USAGE, RequestOutcome.OVERLOADED));
        assertThat(recorded("contradiction").charge().state()).isEqualTo(ReservationState.RESERVED);
    }

    @Test
    void settleWhenPriceChangedMeanwhileChargesThePriceOfAdmission() {
        database.priceBooks.ensure("changing", RATE);
        UUID book = database.priceBooks.list().stream()
                .filter(each -> each.model().equals("changing"))
                .findFirst()
                .orElseThrow()
                .id();
        charging.reserve(new ChargeRequest("old-price", tenant, "changing", 100, 50));
        database.priceBooks.addVersion(book, new Rate(USD, 1, 1, 1), null);
        charging.reserve(new ChargeRequest("new-price", tenant, "changing", 100, 50));
        MeasuredUsage oneToken = new MeasuredUsage(1, 0, 0, 0);
        assertThat(charging.settle("old-price", oneToken, RequestOutcome.LENGTH))
                .isEqualTo(new Settlement.Settled(new Money(600, USD)));
        assertThat(charging.settle("new-price", oneToken, RequestOutcome.LENGTH))
                .isEqualTo(new Settlement.Settled(new Money(1, USD)));
    }

    @Test
    void refuseWhenTenantIsKnownLeavesAUsageRowWithoutTokens() {
        charging.refuse(new RefusedRequest("refused", tenant, "nosuch", RequestOutcome.MODEL_NOT_FOUND));
        charging.refuse(new RefusedRequest("refused", tenant, "nosuch", RequestOutcome.RATE_LIMITED));
        RecordedRequest refused = recorded("refused");
        assertThat(refused.charge()).isNull();
        assertThat(refused.model()).isEqualTo("nosuch");
        assertThat(refused.measurement().outcome()).isEqualTo(RequestOutcome.MODEL_NOT_FOUND);
        assertThat(refused.measurement().usage().isNone()).isTrue();
    }

    private ChargeRequest request(String id) {
        return new ChargeRequest(id, tenant, "moonlet", 100, 50);
    }

    private static Reservation admitted(ChargeRequest request) {
        return ((Admission.Admitted) charging.reserve(request)).reservation();
    }

    private static RecordedRequest recorded(String requestId) {
        return database.report.find(requestId).orElseThrow();
    }

    private long balance(String kind) {
        return database.jdbc
                .sql("""
                        SELECT coalesce(sum(e.nanos), 0) FROM billing.ledger_entry e
                        JOIN billing.account a ON a.id = e.account_id WHERE a.tenant_id = :tenant AND a.kind = :kind""")
                .param("tenant", tenant.tenantId())
                .param("kind", kind)
                .query(Long.class)
                .single();
    }
}
