package dev.perigee.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.isolation.RowScope;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.util.Currency;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** What an administrator sees of requests whose node died, and how the rest is given back. */
@Timeout(120)
class DeadNodeIntegrationTests {

    private static TestPlatform platform;

    @BeforeAll
    static void start() {
        platform = TestPlatform.start();
    }

    @AfterAll
    static void close() {
        platform.close();
    }

    @Test
    void requestWhenItsNodeDiedIsEstimatedAndReleasedWithAReason() throws InterruptedException {
        Account account = platform.account();
        String id = "req_of_a_dead_node";
        diesWhileItAnswers(account, id);

        JsonNode estimated = estimated(id);
        assertThat(estimated.get("result").get("estimated").booleanValue()).isTrue();
        assertThat(estimated.get("result").get("output_tokens").intValue()).isEqualTo(3);
        assertThat(platform.admin("GET", "/requests?state=estimated", null)
                        .json()
                        .get("data")
                        .get(0)
                        .get("request_id")
                        .stringValue())
                .isEqualTo(id);
        assertThat(platform.reconciliation().get("estimated_tokens").intValue()).isEqualTo(13);
        assertThat(platform.reconciliation().get("drift_tokens").intValue()).isZero();
        assertThat(platform.usage(account).get("output_tokens").intValue()).isEqualTo(3);

        Answer released = release(id, "{\"reason\":\"Its disk is lost\"}");

        assertThat(released.status()).as(released.body()).isEqualTo(200);
        assertThat(released.json().get("reservation").get("state").stringValue())
                .isEqualTo("expired");
        assertThat(platform.reconciliation().get("open_reservations").intValue())
                .isZero();
        JsonNode entry = lastAuditEntry();
        assertThat(entry.get("action").stringValue()).isEqualTo("reservation.released");
        assertThat(entry.toString()).contains("Its disk is lost").contains(id);
        assertThat(release(id, "{\"reason\":\"again\"}").status()).isEqualTo(409);
    }

    @Test
    void releaseWhenAskedWronglySaysWhy() {
        assertThat(release("req_unknown", "{\"reason\":\"x\"}").status()).isEqualTo(404);
        Answer without = release("req_unknown", "{}");
        assertThat(without.status()).isEqualTo(400);
        assertThat(without.json().get("error").get("field").stringValue()).isEqualTo("reason");
        assertThat(platform.admin("GET", "/requests", null).status()).isEqualTo(400);
        assertThat(platform.admin("GET", "/requests?state=settled", null).status())
                .isEqualTo(400);
    }

    /** It has a checkpoint; then its epoch is over, as if others had taken it for dead. */
    private static void diesWhileItAnswers(Account account, String id) {
        CostAttribution tenant = new CostAttribution(
                UUID.fromString(account.tenantId()),
                UUID.fromString(account.projectId()),
                UUID.fromString(account.keyId()),
                Currency.getInstance("USD"),
                null);
        Charging charging = platform.bean(Charging.class);
        RowScope.ofPlatform().run(() -> {
            Admission.Admitted admitted =
                    (Admission.Admitted) charging.reserve(new ChargeRequest(id, tenant, "moonlet", 10, 20));
            admitted.slot().count(new MeasuredUsage(10, 0, 3, 0));
            charging.extend(admitted.reservation(), 1);
        });
        platform.bean(JdbcClient.class)
                .sql("UPDATE billing.process SET epoch = epoch + 1")
                .update();
    }

    private static JsonNode estimated(String id) throws InterruptedException {
        JsonNode request = platform.admin("GET", "/requests/" + id, null).json();
        while (!request.get("reservation").get("state").stringValue().equals("estimated")) {
            Thread.sleep(50);
            request = platform.admin("GET", "/requests/" + id, null).json();
        }
        return request;
    }

    private static Answer release(String id, String body) {
        return platform.admin("POST", "/requests/" + id + "/release", body);
    }

    private static JsonNode lastAuditEntry() {
        JsonNode entries = platform.admin("GET", "/audit", null).json().get("data");
        for (JsonNode entry : entries) {
            if (entry.get("action").stringValue().equals("reservation.released")) {
                return entry;
            }
        }
        throw new AssertionError("no entry: " + entries);
    }
}
