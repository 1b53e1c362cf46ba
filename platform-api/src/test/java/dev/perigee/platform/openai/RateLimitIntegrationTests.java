package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RateLimitIntegrationTests {

    private static final String HI =
            "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi there you\"}]}";

    private final TestPlatform platform = TestPlatform.shared();
    private final Account account = platform.account();

    @BeforeEach
    void answerPlainly() {
        platform.backend().answer(request -> Script.ofWords("Hello", " there"));
    }

    @Test
    void answerWhenRatesAreLimitedTellsThem() {
        quota("/tenants/" + account.tenantId(), "{\"requests_per_minute\":60,\"tokens_per_minute\":6000}");
        quota("/api-keys/" + account.keyId(), "{\"requests_per_minute\":2}");

        Answer answer = platform.complete(account, HI);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(answer.header("x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(answer.header("x-ratelimit-reset-requests")).isEqualTo("30s");
        assertThat(answer.header("x-ratelimit-limit-tokens")).isEqualTo("6000");
        assertThat(answer.header("x-ratelimit-remaining-tokens")).isEqualTo("5997");
        assertThat(answer.header("x-ratelimit-reset-tokens")).isEqualTo("30ms");
    }

    @Test
    void answerWhenRatesAreLimitedTellsThemInAnthropicsHeadersToo() {
        quota("/tenants/" + account.tenantId(), "{\"requests_per_minute\":60,\"tokens_per_minute\":6000}");
        quota("/api-keys/" + account.keyId(), "{\"requests_per_minute\":2}");
        Instant before = Instant.now();

        Answer answer = platform.complete(account, HI);

        assertThat(answer.header("anthropic-ratelimit-requests-limit")).isEqualTo("2");
        assertThat(answer.header("anthropic-ratelimit-requests-remaining")).isEqualTo("1");
        assertThat(Instant.parse(String.valueOf(answer.header("anthropic-ratelimit-requests-reset"))))
                .isBetween(before.plusSeconds(30), Instant.now().plusSeconds(31));
        for (String kind : List.of("tokens", "input-tokens", "output-tokens")) {
            assertThat(answer.header("anthropic-ratelimit-" + kind + "-limit")).isEqualTo("6000");
            assertThat(answer.header("anthropic-ratelimit-" + kind + "-remaining"))
                    .isEqualTo("5997");
            assertThat(answer.header("anthropic-ratelimit-" + kind + "-reset"))
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        }
    }

    @Test
    void answerWhenNothingIsLimitedTellsNoRates() {
        assertThat(platform.complete(account, HI).response().headers().map().keySet())
                .noneMatch(name -> name.contains("ratelimit"));
    }

    @Test
    void requestWhenTheRateIsUsedUpIsRefusedInOpenAisShapeAndRecorded() {
        quota("/projects/" + account.projectId(), "{\"requests_per_minute\":1}");
        platform.complete(account, HI);

        Answer answer = platform.complete(account, HI);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(Integer.parseInt(String.valueOf(answer.header("retry-after"))))
                .isBetween(50, 60);
        assertThat(answer.header("x-should-retry")).isNull();
        assertThat(answer.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(answer.header("anthropic-ratelimit-requests-remaining")).isEqualTo("0");
        assertThat(Instant.parse(String.valueOf(answer.header("anthropic-ratelimit-requests-reset"))))
                .isAfter(Instant.now().plusSeconds(45));
        JsonNode error = answer.json().get("error");
        assertThat(error.get("type").stringValue()).isEqualTo("requests");
        assertThat(error.get("code").stringValue()).isEqualTo("rate_limit_exceeded");
        assertThat(error.get("param").isNull()).isTrue();
        assertThat(error.get("message").stringValue())
                .isEqualTo("The limit of 1 requests per minute of this project is used up: 1 used, 1 asked for.");
        JsonNode notice = answer.json().get("perigee");
        assertThat(notice.get("limit_source").stringValue()).isEqualTo("project.requests_per_minute");
        assertThat(notice.get("reason").stringValue()).isEqualTo("limit_exhausted");
        assertThat(notice.get("limit").intValue()).isEqualTo(1);
        assertThat(notice.get("used").intValue()).isEqualTo(1);
        assertThat(notice.get("reserved").intValue()).isZero();
        assertThat(notice.get("resets_at").stringValue()).endsWith("Z");
        assertThat(outcome(answer)).isEqualTo("rate_limited");
    }

    @Test
    void tokensWhenOfPromptAndAnswerCountTogether() {
        quota("/api-keys/" + account.keyId(), "{\"tokens_per_minute\":6}");
        assertThat(platform.complete(account, HI).status()).isEqualTo(200);

        Answer answer = platform.complete(account, HI);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.json().get("error").get("type").stringValue()).isEqualTo("tokens");
        assertThat(answer.json().get("perigee").get("used").intValue()).isEqualTo(5);
    }

    @Test
    void promptWhenLargerThanTheLimitIsNotToBeTriedAgain() {
        quota("/api-keys/" + account.keyId(), "{\"tokens_per_minute\":2}");

        Answer answer = platform.complete(account, HI);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("x-should-retry")).isEqualTo("false");
        assertThat(answer.header("retry-after")).isNull();
        assertThat(answer.json().get("perigee").get("reason").stringValue()).isEqualTo("larger_than_limit");
    }

    @Test
    void requestWhenAsManyRunAsMayIsRefusedUntilOneEnds() {
        quota("/tenants/" + account.tenantId(), "{\"concurrent_requests\":1}");
        platform.backend().answer(request -> Script.ofWords("a", "b", "c", "d").withPause(Duration.ofMillis(500)));
        CompletableFuture<Answer> running = CompletableFuture.supplyAsync(() -> platform.complete(account, HI));
        while (platform.backend().running() == 0) {
            Thread.onSpinWait();
        }

        Answer answer = platform.complete(account, HI);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.json().get("perigee").get("limit_source").stringValue())
                .isEqualTo("tenant.concurrent_requests");
        assertThat(answer.json().get("perigee").get("reserved").intValue()).isEqualTo(1);
        assertThat(running.join().status()).isEqualTo(200);
        answerPlainly();
        assertThat(platform.complete(account, HI).status()).isEqualTo(200);
    }

    @Test
    void concurrencyWhenARequestIsRefusedFurtherOnIsGivenBack() {
        quota("/tenants/" + account.tenantId(), "{\"concurrent_requests\":1}");
        for (int i = 0; i < 3; i++) {
            platform.backend().reject(new dev.perigee.engine.generation.Rejection.QueueFull(64));
            assertThat(platform.complete(account, HI).status()).isEqualTo(503);
        }
        answerPlainly();
        assertThat(platform.complete(account, HI).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenants", "projects", "api-keys"})
    void quotaWhenSetIsRead(String scope) {
        String path = "/" + scope + "/" + id(scope) + "/quota";
        String none = "{\"requests_per_minute\":null,\"tokens_per_minute\":null,\"concurrent_requests\":null}";
        assertThat(platform.admin("GET", path, null).body()).isEqualTo(none);

        Answer put = platform.admin("PUT", path, "{\"requests_per_minute\":7,\"concurrent_requests\":1000000000}");

        assertThat(put.body())
                .isEqualTo("{\"requests_per_minute\":7,\"tokens_per_minute\":null,\"concurrent_requests\":1000000000}");
        assertThat(platform.admin("GET", path, null).body()).isEqualTo(put.body());
        assertThat(platform.admin("PUT", path, "{}").body()).isEqualTo(none);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"requests_per_minute":0}          | invalid_value     | requests_per_minute
            {"requests_per_minute":1000000001} | invalid_value     | requests_per_minute
            {"tokens_per_minute":1.5}          | invalid_type      | tokens_per_minute
            {"tokens_per_minute":"7"}          | invalid_type      | tokens_per_minute
            {"concurrent_requests":-1}         | invalid_value     | concurrent_requests
            {"requests_per_hour":7}            | unknown_parameter | requests_per_hour
            []                                 | invalid_json      | ``
            """)
    void quotaWhenSetWronglyNamesTheField(String body, String code, String field) {
        Answer answer = platform.admin("PUT", "/tenants/" + account.tenantId() + "/quota", body);

        assertThat(answer.status()).isEqualTo(400);
        JsonNode error = answer.json().get("error");
        assertThat(error.get("code").stringValue()).isEqualTo(code);
        assertThat(error.get("field").asString("")).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource({"tenants,unknown_tenant", "projects,unknown_project", "api-keys,unknown_api_key"})
    void quotaWhenOfNothingIsUnknown(String scope, String code) {
        Answer answer = platform.admin("PUT", "/" + scope + "/" + UUID.randomUUID() + "/quota", "{}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().get("error").get("code").stringValue()).isEqualTo(code);
    }

    private String id(String scope) {
        return switch (scope) {
            case "tenants" -> account.tenantId();
            case "projects" -> account.projectId();
            default -> account.keyId();
        };
    }

    private void quota(String path, String body) {
        assertThat(platform.admin("PUT", path + "/quota", body).status()).isEqualTo(200);
    }

    private String outcome(Answer answer) {
        return platform.admin("GET", "/requests/" + answer.header("x-request-id"), null)
                .json()
                .get("result")
                .get("outcome")
                .stringValue();
    }
}
