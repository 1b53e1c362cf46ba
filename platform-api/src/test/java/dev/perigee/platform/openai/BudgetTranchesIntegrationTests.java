package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import dev.perigee.postgres.Contenders;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Answers that are paid for two tokens at a time. */
@Timeout(120)
class BudgetTranchesIntegrationTests {

    private static final int CONTENDERS = 40;
    private static final int ROOM = 5;
    private static final int ROUNDS = 5;
    private static final String HI =
            "{\"model\":\"moonlet\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"Hi you\"}]}";

    private static TestPlatform platform;

    private final Account account = platform.account();

    @BeforeAll
    static void start() {
        platform = TestPlatform.start(
                "perigee.completion.budgets.tranche=2", "perigee.completion.budgets.patience=1500ms");
    }

    @AfterAll
    static void close() {
        platform.close();
    }

    @Test
    void answerWhileItStreamsHoldsLittleAndEndsAtTheLastPaidToken() throws Exception {
        answer(100, Duration.ofMillis(20));
        budget(52);

        CompletableFuture<Answer> running =
                CompletableFuture.supplyAsync(() -> platform.complete(account, HI.formatted(100)));
        long most = 0;
        while (!running.isDone()) {
            JsonNode budget = standing();
            most = Math.max(most, tokens(budget, "reserved"));
            assertThat(tokens(budget, "reserved") + tokens(budget, "settled")).isLessThanOrEqualTo(52);
            Thread.sleep(10);
        }

        JsonNode answer = running.get().json();
        assertThat(answer.get("choices").get(0).get("finish_reason").stringValue())
                .isEqualTo("length");
        assertThat(answer.get("usage").get("completion_tokens").intValue()).isEqualTo(50);
        assertThat(answer.get("perigee").get("limit_source").stringValue()).isEqualTo("tenant.budget.total.tokens");
        assertThat(tokens(standing(), "settled")).isEqualTo(52);
        GenerationRequest request = platform.backend().requestOf(running.get().header("x-request-id"));
        assertThat(request.limits().maxTokens()).isEqualTo(100);
        assertThat(request.limits().granted()).as("before the first token").isEqualTo(1);
    }

    @Test
    void callWhenOthersMerelyHoldTheRestWaitsForIt() throws Exception {
        answer(2, Duration.ofMillis(200));
        budget(9);
        CompletableFuture<Answer> first =
                CompletableFuture.supplyAsync(() -> platform.complete(account, HI.formatted(5)));
        while (tokens(standing(), "reserved") < 5) {
            Thread.sleep(5);
        }

        Answer second = platform.complete(account, HI.formatted(2));

        assertThat(first.get().status()).isEqualTo(200);
        assertThat(second.status()).isEqualTo(200);
        assertThat(tokens(standing(), "settled")).isEqualTo(8);
        assertThat(platform.complete(account, HI.formatted(2)).status()).isEqualTo(429);
    }

    @Test
    void callWhenOthersHoldTheRestForTooLongIsRefused() throws Exception {
        answer(3, Duration.ofMillis(700));
        budget(5);
        CompletableFuture<Answer> first =
                CompletableFuture.supplyAsync(() -> platform.complete(account, HI.formatted(3)));
        while (tokens(standing(), "reserved") < 3) {
            Thread.sleep(5);
        }
        long start = System.nanoTime();

        Answer second = platform.complete(account, HI.formatted(3));

        assertThat(second.status()).isEqualTo(429);
        assertThat(second.json().get("perigee").get("reason").stringValue()).isEqualTo("budget_reserved");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1400));
        assertThat(first.get().status()).isEqualTo(200);
    }

    @Test
    void roomForFiveWhenFortyContendIsGivenToFive() throws Exception {
        answer(1, Duration.ZERO);
        for (int round = 0; round < ROUNDS; round++) {
            Account fresh = platform.account();
            budget(fresh, 3 * ROOM + 2);

            List<Integer> statuses = Contenders.together(
                    CONTENDERS,
                    number -> platform.complete(fresh, HI.formatted(1)).status());

            assertThat(statuses)
                    .as("round %d", round)
                    .filteredOn(status -> status == 200)
                    .hasSize(ROOM);
            assertThat(statuses).filteredOn(status -> status == 429).hasSize(CONTENDERS - ROOM);
            assertThat(platform.usage(fresh).get("input_tokens").intValue()).isEqualTo(2 * ROOM);
        }
    }

    @Test
    void budgetWhenFortyStreamOnItIsUsedUpToTheLastTokenAndNotPassed() throws Exception {
        answer(30, Duration.ofMillis(3));
        budget(400);

        List<Answer> answers = Contenders.together(CONTENDERS, number -> platform.complete(account, HI.formatted(30)));

        assertThat(answers).allMatch(answer -> answer.status() == 200 || answer.status() == 429);
        assertThat(tokens(standing(), "settled")).isBetween(380L, 400L);
        assertThat(tokens(standing(), "reserved")).isZero();
        JsonNode used = platform.usage(account);
        assertThat(used.get("input_tokens").intValue()
                        + used.get("output_tokens").intValue())
                .isEqualTo((int) tokens(standing(), "settled"));
    }

    private static void answer(int words, Duration pause) {
        String[] text = new String[words];
        Arrays.fill(text, "w ");
        platform.backend().answer(request -> Script.ofWords(text).withPause(pause));
    }

    private void budget(int tokens) {
        budget(account, tokens);
    }

    private static void budget(Account owner, int tokens) {
        String body = "[{\"period\":\"total\",\"limit\":{\"tokens\":" + tokens + "},\"mode\":\"hard\"}]";
        assertThat(platform.admin("PUT", "/tenants/" + owner.tenantId() + "/budgets", body)
                        .status())
                .isEqualTo(200);
    }

    private JsonNode standing() {
        return platform.admin("GET", "/tenants/" + account.tenantId() + "/budgets", null)
                .json()
                .get("data")
                .get(0);
    }

    private static long tokens(JsonNode budget, String part) {
        return budget.get(part).get("tokens").longValue();
    }
}
