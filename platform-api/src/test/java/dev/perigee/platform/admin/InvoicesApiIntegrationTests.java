package dev.perigee.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.platform.testing.ScriptedBackend;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class InvoicesApiIntegrationTests {

    private final TestPlatform platform = TestPlatform.start();
    private final Account account = platform.account();
    private final String thisMonth = YearMonth.now(ZoneOffset.UTC).toString();

    @AfterEach
    void stop() {
        platform.close();
    }

    private Answer post(String path, String body) {
        return platform.admin("POST", path, body);
    }

    private JsonNode draft() {
        Answer answer = post("/tenants/" + account.tenantId() + "/invoices", "{\"period\":\"" + thisMonth + "\"}");
        assertThat(answer.status()).isEqualTo(201);
        return answer.json();
    }

    private void nextMonth() {
        platform.owner()
                .sql("CREATE OR REPLACE FUNCTION billing.clock() RETURNS timestamptz LANGUAGE sql STABLE AS "
                        + "'SELECT transaction_timestamp() + interval ''31 days'''")
                .update();
    }

    private Answer document(String id, String accept) {
        String token = "Bearer " + TestPlatform.ADMIN_TOKEN;
        return platform.call("GET", "/admin/v1/invoices/" + id, null, "Authorization", token, "Accept", accept);
    }

    private static String code(Answer answer) {
        return answer.json().at("/error/code").stringValue();
    }

    @Test
    void monthWhenBilledGoesFromDraftToDocument() {
        platform.complete(account, """
                {"model":"%s","messages":[{"role":"user","content":"Hi"}]}""".formatted(ScriptedBackend.MODEL));
        String cost = platform.usage(account).at("/cost/amount").stringValue();
        JsonNode draft = draft();
        String id = draft.get("id").stringValue();
        assertThat(draft.get("state").stringValue()).isEqualTo("draft");
        assertThat(draft.at("/exact_total/amount").stringValue())
                .isEqualTo(cost)
                .isNotEqualTo("0");
        assertThat(draft().get("id").stringValue()).isEqualTo(id);
        assertThat(code(post("/invoices/" + id + "/issue", null))).isEqualTo("period_running");

        platform.admin("DELETE", "/tenants/" + account.tenantId(), null);
        nextMonth();
        Answer issued = post("/invoices/" + id + "/issue", null);

        assertThat(issued.json().get("number").stringValue()).isEqualTo("INV-000001");
        assertThat(issued.json().get("billed_to").stringValue()).isEqualTo("Acme");
        assertThat(code(post("/invoices/" + id + "/issue", null))).isEqualTo("already_issued");
        assertThat(document(id, "application/json").body()).isEqualTo(issued.body());
        assertThat(document(id, "*/*").body()).isEqualTo(issued.body());
        assertThat(platform.admin("GET", "/tenants/" + account.tenantId() + "/invoices", null)
                        .json()
                        .get("data"))
                .hasSize(1);
        assertThat(platform.admin("GET", "/audit", null).body()).contains("invoice.drafted", "invoice.issued");
    }

    @Test
    void documentWhenAskedForInAnotherFormIsThatForm() {
        String id = draft().get("id").stringValue();
        nextMonth();
        post("/invoices/" + id + "/issue", null);

        Answer pdf = document(id, "application/pdf");
        assertThat(pdf.body()).startsWith("%PDF");
        assertThat(pdf.header("Content-Disposition")).isEqualTo("attachment; filename=\"INV-000001.pdf\"");
        assertThat(document(id, "text/csv;q=0.9, image/png").body()).startsWith("number,kind,period,model");
        assertThat(document(id, "image/png").status()).isEqualTo(406);
        assertThat(document(id, "nonsense").status()).isEqualTo(406);
    }

    @Test
    void creditWhenMoreThanIsLeftSaysHowMuchIs() {
        String id = draft().get("id").stringValue();
        String body = "{\"amount\":{\"amount\":\"0.01\",\"currency\":\"USD\"},\"reason\":\"slow\"}";
        assertThat(code(post("/invoices/" + id + "/credit-notes", body))).isEqualTo("not_issued");
        nextMonth();
        post("/invoices/" + id + "/issue", null);

        Answer more = post("/invoices/" + id + "/credit-notes", body);

        assertThat(more.status()).isEqualTo(409);
        assertThat(more.json().at("/error/message").stringValue())
                .isEqualTo("Only 0 USD of the invoice are not credited yet.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                            | period
            {"period":"2026-13"}          | period
            {"period":"november"}         | period
            {"period":"2026-11","tax":1}  | tax
            """)
    void draftWhenAskedForWronglyNamesTheField(String body, String field) {
        Answer answer = post("/tenants/" + account.tenantId() + "/invoices", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/field").stringValue()).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"reason":"r"}                                              | amount
            {"amount":{"amount":"0.001","currency":"USD"},"reason":"r"} | amount.amount
            {"amount":{"amount":"0","currency":"USD"},"reason":"r"}     | amount.amount
            {"amount":{"amount":"1","currency":"EUR"},"reason":"r"}     | amount.currency
            {"amount":{"amount":"1","currency":"USD"}}                  | reason
            """)
    void creditWhenAskedForWronglyNamesTheField(String body, String field) {
        Answer answer = post("/invoices/" + draft().get("id").stringValue() + "/credit-notes", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/field").stringValue()).isEqualTo(field);
    }
}
