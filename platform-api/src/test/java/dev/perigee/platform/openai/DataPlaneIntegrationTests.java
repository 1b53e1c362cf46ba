package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.generation.GenerationEvent.TextDelta;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.platform.testing.ScriptedBackend;
import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class DataPlaneIntegrationTests {

    private static final String HI = "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private final TestPlatform platform = TestPlatform.shared();
    private final ScriptedBackend backend = platform.backend();

    @BeforeEach
    void answerPlainly() {
        backend.answer(request -> Script.ofWords("Hello", " there"));
    }

    @Test
    void answerWhenGivenCarriesItsIdEverywhere() {
        Account account = platform.account();

        Answer answer = platform.complete(account, HI);

        String id = answer.header("x-request-id");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.json().get("id").stringValue()).isEqualTo("chatcmpl-" + id);
        assertThat(answer.header("x-perigee-license-attribution")).isEqualTo("none");
        GenerationRequest request = backend.requestOf(id);
        assertThat(request.scheduling().cachePartition()).isEqualTo(account.tenantId());
        assertThat(request.limits().deadline()).isEqualTo(Duration.ofMinutes(10));
        assertThat(platform.admin("GET", "/requests/" + id, null).status()).isEqualTo(200);
    }

    @Test
    void requestIdWhenSentByTheClientIsReplaced() {
        Answer answer = platform.call("GET", "/v1/models", null, "x-request-id", "mine");

        assertThat(answer.header("x-request-id")).matches("req_[0-9a-f]{32}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":"nonesuch","messages":[{"role":"user","content":"Hi"}]} | 404 | invalid_request_error | model_not_found | model | model_not_found
            {"model":"moonlet","messages":[]}                                | 400 | invalid_request_error | invalid_value | messages | invalid_request
            {"messages":[{"role":"user","content":"Hi"}]}                    | 400 | invalid_request_error | missing_required_parameter | model | invalid_request
            """)
    void requestWhenRefusedIsToldInOpenAisShapeAndRecorded(
            String body, int status, String type, String code, String param, String outcome) {
        Account account = platform.account();

        Answer answer = platform.complete(account, body);

        assertError(answer, status, type, code, param);
        assertThat(outcome(answer)).isEqualTo(outcome);
        assertThat(platform.usage(account).get("refused_requests").intValue()).isEqualTo(1);
        assertThat(platform.usage(account).get("cost").get("amount").stringValue())
                .isEqualTo("0");
    }

    @Test
    void promptWhenLongerThanTheContextTellsBothFigures() {
        Account account = platform.account();
        String words = "word ".repeat(ScriptedBackend.CONTEXT_LENGTH + 5);

        Answer answer = platform.complete(
                account, "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}");

        assertError(answer, 400, "invalid_request_error", "context_length_exceeded", "messages");
        assertThat(answer.body()).contains("200 tokens", "205 tokens");
        assertThat(outcome(answer)).isEqualTo("context_length_exceeded");
    }

    @Test
    void serverWhenFullSaysWhenToComeBackAndHoldsNothing() {
        Account account = platform.account();
        backend.reject(new Rejection.QueueFull(64));

        Answer answer = platform.complete(account, HI);

        assertError(answer, 503, "server_error", "overloaded", null);
        assertThat(answer.header("retry-after")).isEqualTo("2");
        assertThat(outcome(answer)).isEqualTo("overloaded");
        assertThat(reservationState(answer)).isEqualTo("released");
    }

    @Test
    void requestThatIsWithdrawnBeforeItsTurnIsBilledNothing() {
        Account account = platform.account();
        backend.answer(request -> Script.neverBegun(new Rejection.Withdrawn()));

        Answer answer = platform.complete(account, HI);

        assertError(answer, 503, "server_error", "request_withdrawn", null);
        assertThat(outcome(answer)).isEqualTo("withdrawn");
        assertThat(reservationState(answer)).isEqualTo("released");
        assertThat(platform.usage(account).get("input_tokens").intValue()).isZero();
        assertThat(platform.reconciliation().get("drift_tokens").longValue()).isZero();
    }

    @Test
    void requestWhenItsTurnDoesNotComeIsRefusedAsByAFullServerAndHoldsNothing() {
        Account account = platform.account();
        String tenant = "/tenants/" + account.tenantId();
        platform.admin("PUT", tenant + "/quota", "{\"requests_per_minute\":60,\"concurrent_requests\":1}");
        platform.admin(
                "PUT", tenant + "/budgets", "[{\"period\":\"total\",\"limit\":{\"tokens\":100},\"mode\":\"hard\"}]");
        backend.answer(request -> Script.neverBegun(new Rejection.WaitedTooLong(Duration.ofSeconds(30))));

        Answer collected = platform.complete(account, HI);
        Answer streamed = platform.complete(account, HI.replace("}]}", "}],\"stream\":true}"));

        assertError(collected, 503, "server_error", "overloaded", null);
        assertThat(collected.header("retry-after")).isEqualTo("2");
        assertThat(collected.header("x-ratelimit-remaining-requests")).isEqualTo("59");
        assertThat(streamed.status()).isEqualTo(200);
        assertThat(streamed.body()).contains("\"code\":\"overloaded\"").doesNotContain("[DONE]");
        for (Answer answer : List.of(collected, streamed)) {
            assertThat(outcome(answer)).isEqualTo("overloaded");
            assertThat(reservationState(answer)).isEqualTo("released");
        }
        JsonNode usage = platform.usage(account);
        assertThat(usage.get("refused_requests").intValue()).isEqualTo(2);
        assertThat(usage.get("input_tokens").intValue()).isZero();
        assertThat(usage.get("cost").get("amount").stringValue()).isEqualTo("0");
        JsonNode budget = platform.admin("GET", tenant + "/budgets", null)
                .json()
                .get("data")
                .get(0);
        assertThat(budget.get("available").get("tokens").intValue()).isEqualTo(100);
        answerPlainly();
        assertThat(platform.complete(account, HI).status())
                .as("the one place is free again")
                .isEqualTo(200);
    }

    @Test
    void modelWhenUnpricedInTheTenantsCurrencyIsRefused() {
        String tenant = platform.admin("POST", "/tenants", "{\"name\":\"A\",\"currency\":\"NOK\"}")
                .json()
                .get("id")
                .stringValue();
        String key = platform.admin("POST", "/tenants/" + tenant + "/api-keys", "{\"name\":\"k\"}")
                .json()
                .get("key")
                .stringValue();

        Answer answer = platform.call("POST", "/v1/chat/completions", HI, "x-api-key", key);

        assertError(answer, 400, "invalid_request_error", "unpriced_model", "model");
        assertThat(outcome(answer)).isEqualTo("unpriced_model");
    }

    @Test
    void keyWhenLimitedToOtherModelsSeesAndGetsNone() {
        Account account = platform.account();
        String key = platform.admin(
                        "POST",
                        "/tenants/" + account.tenantId() + "/api-keys",
                        "{\"name\":\"k\",\"models\":[\"other\"]}")
                .json()
                .get("key")
                .stringValue();

        Answer answer = platform.call("POST", "/v1/chat/completions", HI, "x-api-key", key);

        assertError(answer, 403, "permission_error", "model_not_allowed", "model");
        assertThat(outcome(answer)).isEqualTo("model_not_allowed");
        assertThat(platform.call("GET", "/v1/models", null, "x-api-key", key)
                        .json()
                        .get("data")
                        .size())
                .isZero();
        assertThat(platform.call("GET", "/v1/models/moonlet", null, "x-api-key", key)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void keyWhenItLacksAScopeIsForbidden() {
        Account account = platform.account();
        String key = platform.admin(
                        "POST",
                        "/tenants/" + account.tenantId() + "/api-keys",
                        "{\"name\":\"k\",\"scopes\":[\"read\"]}")
                .json()
                .get("key")
                .stringValue();

        assertThat(platform.call("GET", "/v1/models", null, "x-api-key", key).status())
                .isEqualTo(200);
        assertError(
                platform.call("POST", "/v1/chat/completions", HI, "x-api-key", key),
                403,
                "permission_error",
                "forbidden",
                null);
    }

    @Test
    void callerWhenUnknownIsRefusedAlikeWhateverIsWrong() {
        Account account = platform.account();
        String key = account.key();
        String[][] wrong = {
            {},
            {"Authorization", "Bearer nonsense"},
            {"Authorization", "Bearer " + key.substring(0, key.length() - 1)},
            {"Authorization", "Basic " + key},
            {"Authorization", "Bearer " + key, "x-api-key", "other"},
            {"Authorization", "Bearer ' OR 1=1 --"},
            {"Authorization", "Bearer " + TestPlatform.ADMIN_TOKEN},
            {"Cookie", "JSESSIONID=x"}
        };
        String first =
                platform.call("POST", "/v1/chat/completions", HI, wrong[0]).body();
        for (String[] headers : wrong) {
            Answer answer = platform.call("POST", "/v1/chat/completions", HI, headers);
            assertError(answer, 401, "authentication_error", "invalid_api_key", null);
            assertThat(answer.body()).isEqualTo(first);
            assertThat(answer.header("www-authenticate")).isEqualTo("Bearer realm=\"perigee\"");
            assertThat(answer.header("x-perigee-license-attribution")).isEqualTo("none");
            assertThat(answer.header("set-cookie")).isNull();
        }
        assertThat(platform.call("GET", "/v1/models?api_key=" + key, null).status())
                .isEqualTo(401);
    }

    @Test
    void addressWhenWrongIsToldInOpenAisShape() {
        Account account = platform.account();
        String bearer = "Bearer " + account.key();

        assertError(
                platform.call("GET", "/v1/nothing", null, "Authorization", bearer),
                404,
                "invalid_request_error",
                "unknown_url",
                null);
        assertError(
                platform.call("GET", "/v1/models/nonesuch", null, "Authorization", bearer),
                404,
                "invalid_request_error",
                "model_not_found",
                "model");
        Answer method = platform.call("GET", "/v1/chat/completions", null, "Authorization", bearer);
        assertError(method, 405, "invalid_request_error", "method_not_allowed", null);
        assertThat(method.header("allow")).isEqualTo("POST");
        Answer type = platform.call(
                "POST", "/v1/chat/completions", HI, "Authorization", bearer, "Content-Type", "text/plain");
        assertError(type, 415, "invalid_request_error", "unsupported_media_type", null);
    }

    @Test
    void bodyWhenItsChunksAreMalformedIsRefused() throws Exception {
        String request = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-api-key: "
                + platform.account().key()
                + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n";
        URI address = URI.create(platform.address());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 400 ").contains("invalid_request");
        }
    }

    @Test
    void bodyWhenNotJsonIsRefusedAndRecorded() {
        Answer answer = platform.complete(platform.account(), "{\"model\":");

        assertError(answer, 400, "invalid_request_error", "invalid_json", null);
        assertThat(outcome(answer)).isEqualTo("invalid_request");
    }

    @Test
    void bodyWhenTooLongIsRefused() {
        Account account = platform.account();

        Answer answer = platform.complete(account, "{\"model\":\"" + "x".repeat(4 << 20) + "\"}");

        assertError(answer, 413, "invalid_request_error", "request_too_large", null);
    }

    @Test
    void modelsWhenListedDescribeThemselves() {
        Account account = platform.account();

        JsonNode list = platform.call("GET", "/v1/models", null, "x-api-key", account.key())
                .json();
        JsonNode one = platform.call("GET", "/v1/models/moonlet", null, "x-api-key", account.key())
                .json();

        assertThat(list.get("object").stringValue()).isEqualTo("list");
        assertThat(list.get("data").get(0)).isEqualTo(one);
        assertThat(one.get("id").stringValue()).isEqualTo("moonlet");
        assertThat(one.get("object").stringValue()).isEqualTo("model");
        assertThat(one.get("context_length").intValue()).isEqualTo(ScriptedBackend.CONTEXT_LENGTH);
        assertThat(one.get("sha256").stringValue()).startsWith("5e884898da28047151d0e56f8dc62927");
    }

    @Test
    void answerWhenItBreaksIsToldAndBilledForWhatWasMade() {
        Account account = platform.account();
        backend.answer(request -> Script.ofWords("Once", " upon").thenFailing("/secret/path/kernel.c: boom"));

        Answer collected = platform.complete(account, HI);
        Answer streamed = platform.complete(account, HI.replace("}]}", "}],\"stream\":true}"));

        assertError(collected, 500, "server_error", "generation_failed", null);
        assertThat(streamed.status()).isEqualTo(200);
        assertThat(streamed.body())
                .contains("\"content\":\" upon\"", "\"code\":\"generation_failed\"")
                .doesNotContain("[DONE]")
                .doesNotContain("secret");
        assertThat(outcome(collected)).isEqualTo("failed");
        assertThat(outcome(streamed)).isEqualTo("failed");
        assertThat(platform.usage(account).get("output_tokens").intValue()).isEqualTo(4);
    }

    @Test
    void answerWhenLongerThanAllowedEndsThere() {
        Account account = platform.account();
        backend.answer(request -> Script.ofWords("a", "b", "c", "d"));

        JsonNode answer = platform.complete(account, HI.replace("}]}", "}],\"max_tokens\":3}"))
                .json();

        assertThat(answer.get("choices").get(0).get("finish_reason").stringValue())
                .isEqualTo("length");
        assertThat(answer.get("choices").get(0).get("message").get("content").stringValue())
                .isEqualTo("abc");
        assertThat(platform.usage(account).get("output_tokens").intValue()).isEqualTo(3);
    }

    @Test
    void fieldsWhenIgnoredAreNamed() {
        Answer answer = platform.complete(platform.account(), HI.replace("}]}", "}],\"store\":true,\"metadata\":{}}"));

        assertThat(answer.header("x-perigee-ignored-parameters")).isEqualTo("metadata,store");
    }

    @Test
    void endOfAnAnswerWhenSeenIsCommittedAlready() {
        Account account = platform.account();
        backend.answer(request -> Script.of(new TextDelta("x")));
        for (int i = 1; i <= 20; i++) {
            platform.complete(account, HI);
            assertThat(platform.usage(account).get("output_tokens").intValue()).isEqualTo(i);
        }
    }

    private String reservationState(Answer answer) {
        return platform.admin("GET", "/requests/" + answer.header("x-request-id"), null)
                .json()
                .get("reservation")
                .get("state")
                .stringValue();
    }

    private String outcome(Answer answer) {
        return platform.admin("GET", "/requests/" + answer.header("x-request-id"), null)
                .json()
                .get("result")
                .get("outcome")
                .stringValue();
    }

    private static void assertError(Answer answer, int status, String type, String code, String param) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        JsonNode error = answer.json().get("error");
        assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
        assertThat(error.get("type").stringValue()).isEqualTo(type);
        assertThat(error.get("code").stringValue()).isEqualTo(code);
        assertThat(error.get("param").asString(null)).isEqualTo(param);
        assertThat(answer.header("x-request-id")).startsWith("req_");
    }
}
