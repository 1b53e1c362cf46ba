package dev.perigee.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The three counts after answers that end in every way. */
@Timeout(120)
class ReconciliationIntegrationTests {

    private static final String HI =
            "{\"model\":\"moonlet\",\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"Hi you\"}]}";

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
    void countsWhenAnswersEndInEveryWayAgreeAndAPlantedFaultShows() {
        Account account = platform.account();
        platform.backend().answer(request -> Script.ofWords("a ", "b "));
        assertThat(platform.complete(account, HI).status()).isEqualTo(200);
        platform.backend().answer(request -> Script.ofWords("a ", "b ", "c ", "d "));
        assertThat(platform.complete(account, HI).status()).isEqualTo(200);
        platform.backend()
                .answer(request ->
                        Script.of(new GenerationEvent.ReasoningDelta("hm"), new GenerationEvent.TextDelta("x")));
        assertThat(platform.complete(account, HI).status()).isEqualTo(200);
        platform.backend().answer(request -> Script.ofWords("a ").thenFailing("made to fail"));
        assertThat(platform.complete(account, HI).status()).isEqualTo(500);
        platform.backend().answer(request -> Script.neverBegun(new Rejection.WaitedTooLong(Duration.ofSeconds(30))));
        assertThat(platform.complete(account, HI).status()).isEqualTo(503);
        platform.backend().reject(new Rejection.QueueFull(1));
        assertThat(platform.complete(account, HI).status()).isEqualTo(503);

        assertThat(platform.admin("GET", "/reconciliation", null).body())
                .isEqualTo("{\"engine_tokens\":16,\"recorded_tokens\":16,\"ledger_tokens\":16,"
                        + "\"estimated_tokens\":0,\"drift_tokens\":0,"
                        + "\"drift_money\":{\"amount\":\"0\",\"currency\":\"USD\"},"
                        + "\"drift_by_currency\":[{\"amount\":\"0\",\"currency\":\"USD\"}],\"open_reservations\":0,"
                        + "\"estimated_reservations\":0}");

        platform.owner()
                .sql(
                        "DO $$ BEGIN SET LOCAL session_replication_role = replica;"
                                + " UPDATE billing.usage SET output_tokens = output_tokens + 2 WHERE outcome = 'length'; END $$")
                .update();
        JsonNode drifted = platform.reconciliation();
        assertThat(drifted.get("recorded_tokens").intValue()).isEqualTo(18);
        assertThat(drifted.get("drift_tokens").intValue()).isEqualTo(2);
        assertThat(drifted.get("drift_money").get("amount").stringValue()).isEqualTo("0.000005");
        assertThat(platform.admin("GET", "/reconciliation?from=2100-01-01", null)
                        .json()
                        .get("drift_tokens")
                        .intValue())
                .isZero();
    }

    @Test
    void reconciliationWhenAskedWronglyNamesTheParameter() {
        Answer reversed = platform.admin("GET", "/reconciliation?from=2026-02-01&to=2026-01-01", null);
        assertThat(reversed.status()).isEqualTo(400);
        assertThat(reversed.json().get("error").get("field").stringValue()).isEqualTo("from");
        assertThat(platform.admin("GET", "/reconciliation?tenant=x", null).status())
                .isEqualTo(400);
    }
}
