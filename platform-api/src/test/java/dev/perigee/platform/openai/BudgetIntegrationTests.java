package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class BudgetIntegrationTests {

    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi there you\"}]";
    private static final String HI = "{\"model\":\"moonlet\"," + MESSAGES + "}";
    private static final String STREAM = "{\"model\":\"moonlet\",\"stream\":true," + MESSAGES + "}";

    private final TestPlatform platform = TestPlatform.shared();
    private final Account account = platform.account();

    @BeforeEach
    void answerFiveWords() {
        platform.backend().answer(request -> Script.ofWords("one ", "two ", "three ", "four ", "five "));
    }

    @Test
    void answerWhenTheBudgetPaysForLessIsCutAtTheLastPaidTokenAndTheNextRefused() {
        put("/tenants/" + account.tenantId(), "[{\"period\":\"day\",\"limit\":{\"tokens\":11},\"mode\":\"hard\"}]");

        JsonNode whole = platform.complete(account, HI).json();
        assertThat(whole.get("choices").get(0).get("finish_reason").stringValue())
                .isEqualTo("stop");
        assertThat(whole.get("perigee")).isNull();
        // eight of eleven are used: three for the next prompt, none for its answer
        Answer refused = platform.complete(account, HI);
        assertThat(refused.status()).isEqualTo(429);

        put("/tenants/" + account.tenantId(), "[{\"period\":\"day\",\"limit\":{\"tokens\":13},\"mode\":\"hard\"}]");
        JsonNode cut = platform.complete(account, HI).json();
        assertThat(cut.get("choices").get(0).get("finish_reason").stringValue()).isEqualTo("length");
        assertThat(cut.get("choices").get(0).get("message").get("content").stringValue())
                .isEqualTo("one two ");
        assertThat(cut.get("perigee").get("limit_source").stringValue()).isEqualTo("tenant.budget.day.tokens");
        JsonNode standing = budgets("/tenants/" + account.tenantId()).get(0);
        assertThat(standing.get("settled").get("tokens").intValue()).isEqualTo(13);
        assertThat(standing.get("available").get("tokens").intValue()).isZero();
    }

    @Test
    void streamWhenCutNamesTheBudgetInItsLastChunk() {
        put("/api-keys/" + account.keyId(), "[{\"period\":\"total\",\"limit\":{\"tokens\":5},\"mode\":\"hard\"}]");

        assertThat(platform.complete(account, STREAM).body())
                .contains(
                        "\"finish_reason\":\"length\"}],\"perigee\":{\"limit_source\":\"api_key.budget.total.tokens\"}}")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void requestWhenTheBudgetIsSpentIsRefusedInOpenAisShapeAndRecorded() {
        // three prompt tokens at 600 nanos each and 2500 for the first token of the answer
        put(
                "/projects/" + account.projectId(),
                "[{\"period\":\"month\",\"limit\":{\"amount\":\"0.000004299\",\"currency\":\"USD\"},\"mode\":\"hard\"}]");

        Answer answer = platform.complete(account, HI);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("x-should-retry")).isEqualTo("false");
        assertThat(answer.header("retry-after")).isNull();
        JsonNode error = answer.json().get("error");
        assertThat(error.get("type").stringValue()).isEqualTo("insufficient_quota");
        assertThat(error.get("code").stringValue()).isEqualTo("insufficient_quota");
        JsonNode notice = answer.json().get("perigee");
        assertThat(notice.get("limit_source").stringValue()).isEqualTo("project.budget.month.money");
        assertThat(notice.get("reason").stringValue()).isEqualTo("budget_spent");
        assertThat(notice.get("limit").toString()).isEqualTo("{\"amount\":\"0.000004299\",\"currency\":\"USD\"}");
        assertThat(notice.get("used").get("amount").stringValue()).isEqualTo("0");
        assertThat(notice.get("reserved").get("amount").stringValue()).isEqualTo("0");
        assertThat(notice.get("resets_at").stringValue()).endsWith("-01T00:00:00Z");
        assertThat(platform.admin("GET", "/requests/" + answer.header("x-request-id"), null)
                        .json()
                        .get("result")
                        .get("outcome")
                        .stringValue())
                .isEqualTo("budget_exhausted");
        put(
                "/projects/" + account.projectId(),
                "[{\"period\":\"month\",\"limit\":{\"amount\":\"0.0000043\",\"currency\":\"USD\"},\"mode\":\"hard\"}]");
        assertThat(platform.complete(account, HI).status()).isEqualTo(200);
    }

    @Test
    void budgetsWhenSetAreReadWithWhatWasUsedBefore() {
        platform.complete(account, HI);

        Answer put = put(
                "/tenants/" + account.tenantId(),
                "[{\"period\":\"total\",\"limit\":{\"tokens\":100},\"mode\":\"shadow\"},"
                        + "{\"period\":\"total\",\"limit\":{\"amount\":\"1\",\"currency\":\"USD\"},\"mode\":\"hard\"}]");

        assertThat(put.body())
                .isEqualTo("{\"data\":[{\"period\":\"total\",\"mode\":\"hard\","
                        + "\"limit\":{\"amount\":\"1\",\"currency\":\"USD\"},"
                        + "\"settled\":{\"amount\":\"0.00001385\",\"currency\":\"USD\"},"
                        + "\"reserved\":{\"amount\":\"0\",\"currency\":\"USD\"},"
                        + "\"available\":{\"amount\":\"0.99998615\",\"currency\":\"USD\"},\"resets_at\":null},"
                        + "{\"period\":\"total\",\"mode\":\"shadow\",\"limit\":{\"tokens\":100},\"settled\":{\"tokens\":8},"
                        + "\"reserved\":{\"tokens\":0},\"available\":{\"tokens\":92},\"resets_at\":null}],"
                        + "\"has_more\":false}");
        assertThat(platform.admin("GET", "/tenants/" + account.tenantId() + "/budgets", null)
                        .body())
                .isEqualTo(put.body());
        assertThat(put("/tenants/" + account.tenantId(), "[]")
                        .json()
                        .get("data")
                        .size())
                .isZero();
    }

    @Test
    void dayWhenTheTenantsTimeZoneChangesResetsByIt() {
        put("/tenants/" + account.tenantId(), "[{\"period\":\"day\",\"limit\":{\"tokens\":9},\"mode\":\"hard\"}]");
        assertThat(resetsAt()).endsWith("T00:00:00Z");

        platform.admin("PATCH", "/tenants/" + account.tenantId(), "{\"time_zone\":\"Asia/Kathmandu\"}");

        assertThat(resetsAt()).endsWith("T18:15:00Z");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                    | invalid_json      | ``
            [7]                                                                   | invalid_value     | [0]
            [{"limit":{"tokens":1},"mode":"hard"}]                                | missing_required_parameter | [0].period
            [{"period":"week","limit":{"tokens":1},"mode":"hard"}]                | invalid_value     | [0].period
            [{"period":"day","limit":{"tokens":1}}]                               | missing_required_parameter | [0].mode
            [{"period":"day","limit":{"tokens":1},"mode":"soft"}]                 | invalid_value     | [0].mode
            [{"period":"day","mode":"hard"}]                                      | missing_required_parameter | [0].limit
            [{"period":"day","limit":5,"mode":"hard"}]                            | invalid_type      | [0].limit
            [{"period":"day","limit":{"tokens":-1},"mode":"hard"}]                | invalid_value     | [0].limit.tokens
            [{"period":"day","limit":{"tokens":1.5},"mode":"hard"}]               | invalid_type      | [0].limit.tokens
            [{"period":"day","limit":{"tokens":1,"currency":"USD"},"mode":"hard"}] | invalid_value    | [0].limit.currency
            [{"period":"day","limit":{"amount":"1"},"mode":"hard"}]               | missing_required_parameter | [0].limit.currency
            [{"period":"day","limit":{"amount":"1","currency":"EUR"},"mode":"hard"}] | invalid_value  | [0].limit.currency
            [{"period":"day","limit":{"amount":1,"currency":"USD"},"mode":"hard"}] | invalid_value    | [0].limit.amount
            [{"period":"day","limit":{"amount":"1e3","currency":"USD"},"mode":"hard"}] | invalid_value | [0].limit.amount
            [{"period":"day","limit":{"tokens":1},"mode":"hard","soft":true}]     | unknown_parameter | [0].soft
            [{"period":"day","limit":{"tokens":1},"mode":"hard"},{"period":"day","limit":{"tokens":2},"mode":"hard"}] | invalid_value | [1]
            """)
    void budgetsWhenSetWronglyNameTheField(String body, String code, String field) {
        Answer answer = platform.admin("PUT", "/tenants/" + account.tenantId() + "/budgets", body);

        assertThat(answer.status()).isEqualTo(400);
        JsonNode error = answer.json().get("error");
        assertThat(error.get("code").stringValue()).isEqualTo(code);
        assertThat(error.get("field").asString("")).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource({"tenants,unknown_tenant", "projects,unknown_project", "api-keys,unknown_api_key"})
    void budgetsWhenOfNothingAreUnknown(String scope, String code) {
        Answer answer = platform.admin("PUT", "/" + scope + "/" + UUID.randomUUID() + "/budgets", "[]");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().get("error").get("code").stringValue()).isEqualTo(code);
    }

    private Answer put(String path, String body) {
        Answer answer = platform.admin("PUT", path + "/budgets", body);
        assertThat(answer.status()).isEqualTo(200);
        return answer;
    }

    private JsonNode budgets(String path) {
        return platform.admin("GET", path + "/budgets", null).json().get("data");
    }

    private String resetsAt() {
        return budgets("/tenants/" + account.tenantId()).get(0).get("resets_at").stringValue();
    }
}
