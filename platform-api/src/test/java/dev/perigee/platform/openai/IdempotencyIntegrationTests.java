package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.generation.Rejection;
import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import dev.perigee.postgres.Contenders;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Idempotency-Key}: a request is billed once for a tenant and key. */
class IdempotencyIntegrationTests {

    private static final String HI =
            "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi there you\"}]}";
    private static final String HI_IN_ANOTHER_ORDER =
            "{ \"messages\": [{\"content\":\"Hi there you\",\"role\":\"user\"}], \"model\": \"moonlet\" }";
    private static final String HO =
            "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"Ho there you\"}]}";

    private final TestPlatform platform = TestPlatform.shared();
    private final Account account = platform.account();
    private final String key = UUID.randomUUID().toString();

    @BeforeEach
    void answerPlainly() {
        platform.backend().answer(request -> Script.ofWords("Hello", " there"));
    }

    private Answer ask(Account caller, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Authorization";
        all[1] = "Bearer " + caller.key();
        System.arraycopy(headers, 0, all, 2, headers.length);
        return platform.call("POST", "/v1/chat/completions", body, all);
    }

    private Answer ask(String body) {
        return ask(account, body, "Idempotency-Key", key);
    }

    private static String code(Answer answer) {
        return answer.json().at("/error/code").stringValue();
    }

    private long billedRequests() {
        return platform.usage(account).get("requests").longValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {HI, HI_IN_ANOTHER_ORDER})
    void repetitionWhenBilledIsRefusedAndNamesTheReceipt(String again) {
        Answer first = ask(HI);
        assertThat(first.status()).isEqualTo(200);

        Answer answer = ask(again);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(code(answer)).isEqualTo("idempotency_key_billed");
        assertThat(answer.header("x-should-retry")).isEqualTo("false");
        String id = first.header("x-request-id");
        assertThat(answer.json().at("/error/message").stringValue()).contains("/v1/receipts/" + id);
        assertThat(platform.call("GET", "/v1/receipts/" + id, null, "x-api-key", account.key())
                        .status())
                .isEqualTo(200);
        assertThat(billedRequests()).isEqualTo(1);
        assertThat(platform.admin("GET", "/requests/" + answer.header("x-request-id"), null)
                        .json()
                        .at("/result/outcome")
                        .stringValue())
                .isEqualTo("repeated");
    }

    @Test
    void repetitionWhileItRunsIsRefusedForAWhile() {
        platform.backend().answer(request -> Script.ofWords("a", "b", "c").withPause(Duration.ofMillis(700)));
        CompletableFuture<Answer> running = CompletableFuture.supplyAsync(() -> ask(HI));
        while (platform.backend().running() == 0) {
            Thread.onSpinWait();
        }

        Answer answer = ask(HI);
        Answer other = ask(HO);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(code(answer)).isEqualTo("idempotency_key_in_use");
        assertThat(answer.header("retry-after")).isEqualTo("2");
        assertThat(answer.header("x-should-retry")).isNull();
        assertThat(other.status()).isEqualTo(422);
        assertThat(running.join().status()).isEqualTo(200);
        assertThat(code(ask(HI))).isEqualTo("idempotency_key_billed");
        assertThat(billedRequests()).isEqualTo(1);
    }

    @Test
    void keyWhenSentWithAnotherBodyIsRefused() {
        ask(HI);

        Answer answer = ask(HO);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(code(answer)).isEqualTo("idempotency_key_reused");
        assertThat(billedRequests()).isEqualTo(1);
    }

    @Test
    void keyWhenOfAnotherTenantIsAnotherKey() {
        Account other = platform.account();
        ask(HI);

        assertThat(ask(other, HO, "Idempotency-Key", key).status()).isEqualTo(200);
    }

    @Test
    void keyWhenItsRequestWasRefusedIsFree() {
        platform.backend().reject(new Rejection.QueueFull(1));
        assertThat(ask(HO).status()).isEqualTo(503);
        answerPlainly();

        assertThat(ask(HI).status()).isEqualTo(200);
        assertThat(code(ask(HI))).isEqualTo("idempotency_key_billed");
        assertThat(billedRequests()).isEqualTo(1);
    }

    @Test
    void keyWhenItsRequestWasNeverBegunIsFree() {
        platform.backend().answer(request -> Script.neverBegun(new Rejection.WaitedTooLong(Duration.ofSeconds(30))));
        assertThat(ask(HI).status()).isEqualTo(503);
        answerPlainly();

        assertThat(ask(HI).status()).isEqualTo(200);
        assertThat(billedRequests()).isEqualTo(1);
    }

    @Test
    void keyWhenItsBudgetWasSpentIsFree() {
        String budgets = "/tenants/" + account.tenantId() + "/budgets";
        platform.admin("PUT", budgets, "[{\"period\":\"day\",\"limit\":{\"tokens\":1},\"mode\":\"hard\"}]");
        assertThat(ask(HI).status()).isEqualTo(429);
        platform.admin("PUT", budgets, "[]");

        assertThat(ask(HI).status()).isEqualTo(200);
    }

    @Test
    void repetitionWhenTheAnswerBrokeAfterItsFirstTokenIsNotRunAgain() {
        platform.backend().answer(request -> Script.ofWords("a", "b").thenFailing("made to fail"));
        assertThat(ask(HI).status()).isEqualTo(500);
        answerPlainly();

        assertThat(code(ask(HI))).isEqualTo("idempotency_key_billed");
        assertThat(billedRequests()).isEqualTo(1);
    }

    @Test
    void keyWhenMalformedIsRefused() {
        for (String wrong : List.of("", "a b", "x".repeat(256))) {
            Answer answer = ask(account, HI, "Idempotency-Key", wrong);
            assertThat(answer.status()).as(wrong).isEqualTo(400);
            assertThat(code(answer)).isEqualTo("invalid_idempotency_key");
        }
        Answer twice = ask(account, HI, "Idempotency-Key", "one", "Idempotency-Key", "two");
        assertThat(code(twice)).isEqualTo("invalid_idempotency_key");
        assertThat(ask(account, HI, "Idempotency-Key", "x".repeat(255)).status())
                .isEqualTo(200);
    }

    @Test
    void duplicatesWhenConcurrentAreBilledOnce() throws Exception {
        for (int round = 1; round <= 10; round++) {
            String same = UUID.randomUUID().toString();

            List<Answer> answers = Contenders.together(20, number -> ask(account, HI, "Idempotency-Key", same));

            assertThat(answers.stream().map(Answer::status)).containsOnlyOnce(200);
            assertThat(answers.stream().filter(answer -> answer.status() != 200))
                    .allSatisfy(answer ->
                            assertThat(code(answer)).isIn("idempotency_key_in_use", "idempotency_key_billed"));
            assertThat(billedRequests()).isEqualTo(round);
        }
    }
}
