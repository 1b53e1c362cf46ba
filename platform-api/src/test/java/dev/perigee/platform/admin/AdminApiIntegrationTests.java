package dev.perigee.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class AdminApiIntegrationTests {

    private final TestPlatform platform = TestPlatform.shared();

    @Test
    void tenantWhenMadeWithNothingButANameGetsDefaults() {
        Answer answer = platform.admin("POST", "/tenants", "{\"name\":\"Acme\"}");

        JsonNode tenant = answer.json();
        assertThat(answer.status()).isEqualTo(201);
        assertThat(tenant.propertyNames())
                .containsExactly("id", "name", "time_zone", "currency", "default_project_id", "created_at");
        assertThat(tenant.get("time_zone").stringValue()).isEqualTo("UTC");
        assertThat(tenant.get("currency").stringValue()).isEqualTo("USD");
        assertThat(tenant.get("created_at").stringValue()).endsWith("Z");
        assertThat(platform.admin("GET", "/tenants/" + tenant.get("id").stringValue(), null)
                        .body())
                .isEqualTo(answer.body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                          | missing_required_parameter | name | name is missing, must be a string.
            {"name":""}                                 | invalid_value | name | name is 0 characters long, must have 1 to 100 characters.
            {"name":"  "}                               | invalid_value | name | name is "  ", must be more than blanks, without control characters.
            {"name":"a\\nb"}                            | invalid_value | name | name is "a\\u000ab", must be more than blanks, without control characters.
            {"name":7}                                  | invalid_type  | name | name is 7, must be a string.
            {"name":"A","nmae":"B"}                     | unknown_parameter | nmae | Unknown field "nmae": known are currency, name, time_zone.
            {"name":"A","balance":5}                    | unknown_parameter | balance | Unknown field "balance": known are currency, name, time_zone.
            {"name":"A","time_zone":"Mars/Olympus"}     | invalid_value | time_zone | time_zone is "Mars/Olympus", must be an IANA time zone such as "Europe/Oslo" or "UTC".
            {"name":"A","time_zone":"+01:00"}           | invalid_value | time_zone | time_zone is "+01:00", must be an IANA time zone such as "Europe/Oslo" or "UTC".
            {"name":"A","currency":"usd"}               | invalid_value | currency | currency is "usd", must be an ISO 4217 code such as "USD".
            {"name":"A","currency":"XXX"}               | invalid_value | currency | currency is "XXX", must be an ISO 4217 code such as "USD".
            """)
    void tenantWhenMadeWronglyNamesTheField(String body, String code, String field, String message) {
        assertRefused(platform.admin("POST", "/tenants", body), 400, code, field, message);
    }

    @Test
    void tenantWhenChangedKeepsItsCurrency() {
        String id = platform.account().tenantId();

        Answer changed = platform.admin("PATCH", "/tenants/" + id, "{\"name\":\"New\",\"time_zone\":\"Europe/Oslo\"}");
        Answer refused = platform.admin("PATCH", "/tenants/" + id, "{\"currency\":\"EUR\"}");

        assertThat(changed.json().get("name").stringValue()).isEqualTo("New");
        assertThat(changed.json().get("time_zone").stringValue()).isEqualTo("Europe/Oslo");
        assertRefused(
                refused,
                400,
                "invalid_value",
                "currency",
                "currency is \"EUR\", must be absent: a tenant keeps its currency for ever.");
    }

    @Test
    void tenantWhenDeletedIsGoneAndItsKeysOpenNothing() {
        Account account = platform.account();
        assertThat(models(account.key())).isEqualTo(200);

        assertThat(platform.admin("DELETE", "/tenants/" + account.tenantId(), null)
                        .status())
                .isEqualTo(204);

        assertThat(models(account.key())).isEqualTo(401);
        for (String path : new String[] {"", "/projects", "/api-keys", "/usage"}) {
            assertThat(platform.admin("GET", "/tenants/" + account.tenantId() + path, null)
                            .status())
                    .isEqualTo(404);
        }
        assertThat(platform.admin("GET", "/projects/" + account.projectId(), null)
                        .status())
                .isEqualTo(404);
        assertThat(platform.admin("DELETE", "/tenants/" + account.tenantId(), null)
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1%20OR%201=1", "1-1-1-1-1", "%27", "00000000-0000-0000-0000-000000000000"})
    void thingWhenItsIdIsMalformedOrUnknownIsAnsweredAlike(String id) {
        for (String path : new String[] {"/tenants/", "/projects/", "/api-keys/", "/price-books/", "/requests/"}) {
            Answer answer = platform.admin("GET", path + id, null);
            assertThat(answer.status()).as(path + id).isEqualTo(404);
            assertThat(answer.json().path("error").path("message").stringValue())
                    .startsWith("There is no such ");
        }
    }

    @Test
    void listWhenPagedShowsEveryTenantOnce() {
        for (int i = 0; i < 3; i++) {
            platform.account();
        }
        Set<String> seen = new HashSet<>();
        String after = "";
        JsonNode page;
        do {
            page = platform.admin("GET", "/tenants?limit=2" + after, null).json();
            for (JsonNode tenant : page.get("data")) {
                assertThat(seen.add(tenant.get("id").stringValue())).isTrue();
                after = "&after=" + tenant.get("id").stringValue();
            }
        } while (page.get("has_more").booleanValue());

        JsonNode all = platform.admin("GET", "/tenants?limit=1000", null).json();
        assertThat(seen).hasSize(all.get("data").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            limit=0         | limit
            limit=-1        | limit
            limit=1001      | limit
            limit=x         | limit
            after=x         | after
            limit=1&limit=2 | limit
            sort=name       | sort
            """)
    void listWhenAskedWronglyNamesTheParameter(String query, String field) {
        JsonNode error = platform.admin("GET", "/tenants?" + query, null).json().get("error");

        assertThat(error.get("field").stringValue()).isEqualTo(field);
    }

    @Test
    void projectWhenMadeCanPayUntilItIsDeleted() {
        Account account = platform.account();
        String tenant = "/tenants/" + account.tenantId();
        JsonNode project = platform.admin("POST", tenant + "/projects", "{\"name\":\"Second\"}")
                .json();
        String id = project.get("id").stringValue();
        JsonNode key = platform.admin("POST", tenant + "/api-keys", "{\"name\":\"k\",\"project_id\":\"" + id + "\"}")
                .json();

        assertThat(key.get("project_id").stringValue()).isEqualTo(id);
        assertThat(platform.admin("PATCH", "/projects/" + id, "{\"name\":\"Third\"}")
                        .json()
                        .get("name")
                        .stringValue())
                .isEqualTo("Third");
        assertThat(platform.admin("GET", tenant + "/projects", null)
                        .json()
                        .get("data")
                        .size())
                .isEqualTo(2);
        assertThat(models(key.get("key").stringValue())).isEqualTo(200);
        assertThat(platform.admin("DELETE", "/projects/" + id, null).status()).isEqualTo(204);
        assertThat(models(key.get("key").stringValue())).isEqualTo(401);
    }

    @Test
    void projectWhenItIsTheDefaultStays() {
        Answer answer =
                platform.admin("DELETE", "/projects/" + platform.account().projectId(), null);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().get("error").get("code").stringValue()).isEqualTo("default_project");
    }

    @Test
    void keyWhenMadeIsShownOnceAndRevokedAtOnce() {
        Account account = platform.account();
        Answer list = platform.admin("GET", "/tenants/" + account.tenantId() + "/api-keys", null);

        JsonNode listed = list.json().get("data").get(0);
        assertThat(list.body())
                .doesNotContain(account.key())
                .doesNotContain(account.key().substring(16));
        assertThat(listed.get("prefix").stringValue()).isEqualTo(account.key().substring(0, 16));
        assertThat(listed.get("state").stringValue()).isEqualTo("active");
        assertThat(listed.get("last_used_at").isNull()).isTrue();
        assertThat(models(account.key())).isEqualTo(200);
        JsonNode used =
                platform.admin("GET", "/api-keys/" + account.keyId(), null).json();
        assertThat(used.get("last_used_at").isString()).isTrue();

        assertThat(platform.admin("DELETE", "/api-keys/" + account.keyId(), null)
                        .status())
                .isEqualTo(204);

        assertThat(models(account.key())).isEqualTo(401);
        assertThat(platform.admin("GET", "/api-keys/" + account.keyId(), null)
                        .json()
                        .get("state")
                        .stringValue())
                .isEqualTo("revoked");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                       | name
            {"name":"k","secret":"x"}                                | secret
            {"name":"k","project_id":"x"}                            | project_id
            {"name":"k","project_id":"00000000-0000-0000-0000-000000000000"} | project_id
            {"name":"k","models":"moonlet"}                          | models
            {"name":"k","models":[7]}                                | models[0]
            {"name":"k","expires_at":"2020-01-01T00:00:00Z"}         | expires_at
            {"name":"k","expires_at":"tomorrow"}                     | expires_at
            {"name":"k","scopes":[]}                                 | scopes
            {"name":"k","scopes":["root"]}                           | scopes
            """)
    void keyWhenMadeWronglyNamesTheField(String body, String field) {
        Answer answer = platform.admin("POST", "/tenants/" + platform.account().tenantId() + "/api-keys", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").get("field").stringValue()).isEqualTo(field);
    }

    @Test
    void keyWhenOfAnotherTenantsProjectIsRefused() {
        Account other = platform.account();
        Answer answer = platform.admin(
                "POST",
                "/tenants/" + platform.account().tenantId() + "/api-keys",
                "{\"name\":\"k\",\"project_id\":\"" + other.projectId() + "\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").get("field").stringValue()).isEqualTo("project_id");
    }

    @Test
    void keyWhenRotatedWithoutOverlapIsReplacedAtOnce() {
        Account account = platform.account();

        JsonNode rotated = platform.admin("POST", "/api-keys/" + account.keyId() + "/rotate", "{\"overlap_seconds\":0}")
                .json();

        assertThat(models(account.key())).isEqualTo(401);
        assertThat(models(rotated.get("key").stringValue())).isEqualTo(200);
        assertThat(rotated.get("id").stringValue()).isNotEqualTo(account.keyId());
        assertThat(platform.admin("POST", "/api-keys/" + account.keyId() + "/rotate", "{\"overlap_seconds\":0}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void keyWhenRotatedWithOverlapWorksBesideTheNewOne() {
        Account account = platform.account();

        JsonNode rotated = platform.admin(
                        "POST", "/api-keys/" + account.keyId() + "/rotate", "{\"overlap_seconds\":60}")
                .json();

        assertThat(models(account.key())).isEqualTo(200);
        assertThat(models(rotated.get("key").stringValue())).isEqualTo(200);
        assertThat(platform.admin("GET", "/api-keys/" + account.keyId(), null)
                        .json()
                        .get("expires_at")
                        .isString())
                .isTrue();
    }

    @Test
    void usageWhenGroupedAddsUpToTheTotal() {
        Account account = platform.account();
        String body = "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"one two three four\"}]}";
        platform.complete(account, body);
        platform.complete(account, body);
        platform.complete(account, "{\"model\":\"nonesuch\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");

        JsonNode usage = platform.admin(
                        "GET", "/tenants/" + account.tenantId() + "/usage?group_by=day,model,project,api_key", null)
                .json();

        JsonNode total = usage.get("total");
        assertThat(total.get("requests").intValue()).isEqualTo(2);
        assertThat(total.get("refused_requests").intValue()).isEqualTo(1);
        assertThat(total.get("input_tokens").intValue()).isEqualTo(8);
        assertThat(total.get("cached_input_tokens").intValue()).isEqualTo(4);
        assertThat(total.get("output_tokens").intValue()).isEqualTo(4);
        assertThat(total.get("cost").get("amount").stringValue()).isEqualTo("0.000013");
        assertThat(total.get("cost").get("currency").stringValue()).isEqualTo("USD");
        JsonNode groups = usage.get("groups");
        assertThat(groups.size()).isEqualTo(2);
        JsonNode group = groups.get(0);
        assertThat(group.get("model").stringValue()).isEqualTo("moonlet");
        assertThat(group.get("project").stringValue()).isEqualTo(account.projectId());
        assertThat(group.get("api_key").stringValue()).isEqualTo(account.keyId());
        assertThat(group.get("day").stringValue()).matches("\\d{4}-\\d\\d-\\d\\d");
        assertThat(group.get("input_tokens").intValue()).isEqualTo(8);
        assertThat(groups.get(1).get("model").stringValue()).isEqualTo("nonesuch");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            from=yesterday                    | from
            to=2026-13-01                     | to
            from=2027-01-01&to=2026-01-01     | from
            group_by=colour                   | group_by
            group_by=day,                     | group_by
            form=2026-01-01                   | form
            """)
    void usageWhenAskedWronglyNamesTheParameter(String query, String field) {
        Answer answer = platform.admin("GET", "/tenants/" + platform.account().tenantId() + "/usage?" + query, null);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").get("field").stringValue()).isEqualTo(field);
    }

    @Test
    void priceBookWhenMadeTakesVersionsAndNoSecondBook() {
        String model = "model-" + UUID.randomUUID();
        String prices = "\"currency\":\"EUR\",\"input\":\"0.6\",\"cached_input\":0.15,\"output\":\"2.505\"";
        Answer made = platform.admin("POST", "/price-books", "{\"model\":\"" + model + "\"," + prices + "}");
        String path = "/price-books/" + made.json().path("id").stringValue();

        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.json().get("versions").get(0).get("output").stringValue())
                .isEqualTo("2.505");
        assertThat(platform.admin("POST", "/price-books", "{\"model\":\"" + model + "\"," + prices + "}")
                        .status())
                .isEqualTo(409);
        Answer version = platform.admin(
                "POST", path + "/versions", "{" + prices + ",\"effective_from\":\"2030-01-01T00:00:00+01:00\"}");
        assertThat(version.status()).isEqualTo(201);
        assertThat(version.json().get("versions").get(0).get("effective_from").stringValue())
                .isEqualTo("2029-12-31T23:00:00Z");
        assertThat(platform.admin(
                                "POST",
                                path + "/versions",
                                "{" + prices + ",\"effective_from\":\"2030-01-01T00:00:00+01:00\"}")
                        .status())
                .isEqualTo(409);
        assertThat(platform.admin("POST", path + "/versions", "{" + prices.replace("EUR", "USD") + "}")
                        .json()
                        .get("error")
                        .get("field")
                        .stringValue())
                .isEqualTo("currency");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "\"-1\"", "\"0.1234\"", "\"1000001\"", "\"x\"", "1e-9", "null", "{}", "true"})
    void priceBookWhenAPriceIsWrongNamesIt(String price) {
        Answer answer = platform.admin(
                "POST",
                "/price-books",
                "{\"model\":\"m\",\"currency\":\"USD\",\"input\":" + price + ",\"cached_input\":1,\"output\":1}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().get("error").get("field").stringValue()).isEqualTo("input");
    }

    @Test
    void requestWhenDoneIsFoundByItsId() {
        Account account = platform.account();
        String id = platform.complete(
                        account,
                        "{\"model\":\"moonlet\",\"user\":\"anna\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")
                .header("x-request-id");

        Answer found = platform.admin("GET", "/requests/" + id, null);

        JsonNode request = found.json();
        assertThat(request.get("tenant_id").stringValue()).isEqualTo(account.tenantId());
        assertThat(request.get("result").get("outcome").stringValue()).isEqualTo("completed");
        assertThat(request.get("reservation").get("state").stringValue()).isEqualTo("settled");
        assertThat(request.get("end_user_hash").stringValue()).matches("[0-9a-f]{64}");
        assertThat(found.body()).doesNotContain("anna");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -                                 | 401
            Bearer wrong-token-wrong-token    | 401
            Basic an-admin-token-for-tests    | 401
            Bearer an-admin-token-for-tests   | 200
            bearer an-admin-token-for-tests   | 200
            """)
    void adminWhenNotTheAdministratorIsRefused(String authorization, int status) {
        String[] headers = authorization == null ? new String[0] : new String[] {"Authorization", authorization};

        Answer answer = platform.call("GET", "/admin/v1/tenants", null, headers);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("x-request-id")).startsWith("req_");
    }

    @Test
    void adminWhenAnApiKeyIsPresentedIsRefused() {
        Answer answer = platform.call(
                "GET",
                "/admin/v1/tenants",
                null,
                "Authorization",
                "Bearer " + platform.account().key());

        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void adminWhenMethodOrTypeIsWrongSaysSo() {
        Answer method = platform.admin("PUT", "/tenants", "{}");
        Answer type = platform.call(
                "POST",
                "/admin/v1/tenants",
                "name=A",
                "Authorization",
                "Bearer " + TestPlatform.ADMIN_TOKEN,
                "Content-Type",
                "application/x-www-form-urlencoded");

        assertThat(method.status()).isEqualTo(405);
        assertThat(method.header("Allow")).contains("GET", "POST");
        assertThat(type.status()).isEqualTo(415);
        assertThat(platform.admin("GET", "/nothing", null).status()).isEqualTo(404);
    }

    private int models(String key) {
        return platform.call("GET", "/v1/models", null, "Authorization", "Bearer " + key)
                .status();
    }

    private static void assertRefused(Answer answer, int status, String code, String field, String message) {
        JsonNode error = answer.json().get("error");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(error.propertyNames()).containsExactly("code", "message", "field");
        assertThat(error.get("code").stringValue()).isEqualTo(code);
        assertThat(error.get("field").stringValue()).isEqualTo(field);
        assertThat(error.get("message").stringValue()).isEqualTo(message);
    }
}
