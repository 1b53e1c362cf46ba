package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import dev.perigee.postgres.Contenders;
import java.math.BigDecimal;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Many at once at the edge of a budget, from HTTP to PostgreSQL; only the engine follows a script. */
class EdgeBurstIntegrationTests {

    private static final int CONTENDERS = 40;
    private static final int ROOM = 5;
    /** Of the budget, in per cent: before so much is spent nobody is refused for money. */
    private static final int SPENT_BEFORE_REFUSAL = 95;

    private static TestPlatform platform;

    @BeforeAll
    static void start() {
        platform = TestPlatform.start();
    }

    @AfterAll
    static void close() {
        platform.close();
    }

    private static String ask(int tokens) {
        return "{\"model\":\"moonlet\",\"max_tokens\":" + tokens
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    private static void budget(Account account, String limit) {
        String body = "[{\"period\":\"total\",\"limit\":" + limit + ",\"mode\":\"hard\"}]";
        assertThat(platform.admin("PUT", "/tenants/" + account.tenantId() + "/budgets", body)
                        .status())
                .isEqualTo(200);
    }

    private static JsonNode standing(Account account) {
        return platform.admin("GET", "/tenants/" + account.tenantId() + "/budgets", null)
                .json()
                .get("data")
                .get(0);
    }

    @Test
    void roomWhenFortyContendIsForExactlyFive() throws Exception {
        contend(5);
    }

    @Test
    @Tag("long")
    void roomWhenFortyContendAHundredTimesIsForExactlyFive() throws Exception {
        contend(100);
    }

    private static void contend(int rounds) throws Exception {
        platform.backend().answer(request -> Script.ofWords("a", "b"));
        for (int round = 0; round < rounds; round++) {
            Account account = platform.account();
            // a token of prompt and one of answer each
            budget(account, "{\"tokens\":" + 2 * ROOM + "}");

            List<Answer> answers = Contenders.together(CONTENDERS, number -> platform.complete(account, ask(1)));

            assertThat(answers.stream().filter(answer -> answer.status() == 200))
                    .as("round %d", round)
                    .hasSize(ROOM);
            assertThat(answers.stream().filter(answer -> answer.status() != 200))
                    .allSatisfy(
                            answer -> assertThat(answer.json().at("/error/code").stringValue())
                                    .isEqualTo("insufficient_quota"));
            assertThat(standing(account).at("/settled/tokens").longValue()).isEqualTo(2 * ROOM);
            assertThat(standing(account).at("/reserved/tokens").longValue()).isZero();
        }
    }

    @Test
    void moneyWhenAHundredClientsSpendItIsNeverPassedNorRefusedEarly() throws Exception {
        spend(100, "0.05", 100);
    }

    @Test
    @Tag("long")
    void dollarWhenAThousandClientsSpendItIsNeverPassedNorRefusedEarly() throws Exception {
        spend(1_000, "1", 150);
    }

    /** Each client asks again and again until it is refused for money; a full server is asked again. */
    private static void spend(int clients, String dollars, int tokens) throws Exception {
        Account account = platform.account();
        budget(account, "{\"amount\":\"" + dollars + "\",\"currency\":\"USD\"}");
        platform.backend()
                .answer(request -> Script.ofWords(
                        IntStream.range(0, tokens).mapToObj(i -> "w ").toArray(String[]::new)));
        Queue<Answer> refusals = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = IntStream.range(0, clients)
                    .<Future<?>>mapToObj(
                            client -> threads.submit(() -> refusals.add(spendUntilRefused(account, tokens))))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
        }

        BigDecimal limit = new BigDecimal(dollars);
        JsonNode end = standing(account);
        assertThat(amount(end.at("/reserved/amount"))).isZero();
        assertThat(amount(end.at("/settled/amount")))
                .isLessThanOrEqualTo(limit)
                .isGreaterThan(limit.multiply(new BigDecimal("0.999")));
        assertThat(amount(platform.usage(account).at("/cost/amount")))
                .isEqualByComparingTo(amount(end.at("/settled/amount")));
        assertThat(refusals)
                .hasSize(clients)
                .allSatisfy(refusal -> assertThat(amount(refusal.json().at("/perigee/used/amount")))
                        .as(refusal.body())
                        .isGreaterThanOrEqualTo(limit.multiply(BigDecimal.valueOf(SPENT_BEFORE_REFUSAL))
                                .movePointLeft(2)));
    }

    private static Answer spendUntilRefused(Account account, int tokens) {
        while (true) {
            Answer answer = platform.complete(account, ask(tokens));
            switch (answer.status()) {
                case 200, 503 -> {}
                case 429 -> {
                    return answer;
                }
                default -> throw new AssertionError(answer.status() + ": " + answer.body());
            }
        }
    }

    private static BigDecimal amount(JsonNode node) {
        return new BigDecimal(node.stringValue());
    }
}
