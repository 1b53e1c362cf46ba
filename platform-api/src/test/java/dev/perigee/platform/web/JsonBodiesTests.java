package dev.perigee.platform.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class JsonBodiesTests {

    private static final int LIMIT = 200;

    private final JsonBodies bodies = new JsonBodies(LIMIT);

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json;charset=UTF-8", "APPLICATION/JSON"})
    void bodyWhenJsonIsRead(String contentType) throws IOException {
        assertThat(bodies.read(request("{\"a\":1.0}", contentType)).toString()).isEqualTo("{\"a\":1.0}");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-",
                "text/plain",
                "application/xml",
                "application/x-yaml",
                "multipart/form-data",
                "rubbish",
                "*/*x",
                "application/x-www-form-urlencoded"
            })
    void bodyWhenOfAnotherTypeIsRefused(String contentType) {
        assertThat(refusal(request("{}", contentType)).kind()).isEqualTo(ProblemKind.UNSUPPORTED_MEDIA_TYPE);
    }

    @Test
    void bodyWhenAsLongAsTheLimitIsRead() throws IOException {
        String body = "{\"a\":\"" + "x".repeat(LIMIT - 8) + "\"}";

        assertThat(body).hasSize(LIMIT);
        assertThat(bodies.read(request(body, "application/json")).size()).isEqualTo(1);
    }

    @Test
    void bodyWhenOneByteLongerIsRefusedWithoutTrustingItsLength() {
        MockHttpServletRequest request = new MockHttpServletRequest() {
            @Override
            public long getContentLengthLong() {
                return -1;
            }
        };
        request.setContentType("application/json");
        request.setContent(("{\"a\":\"" + "x".repeat(LIMIT - 7) + "\"}").getBytes(StandardCharsets.UTF_8));

        assertThat(refusal(request).kind()).isEqualTo(ProblemKind.TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "\"a\"",
                "5",
                "null",
                "{",
                "{\"a\":}",
                "{\"a\":1}{\"b\":2}",
                "{\"a\":1} x",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{'a':1}",
                "{\"a\":1,}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":{\"b\":1,\"b\":1}}",
                "{\"a\":01}",
                "{\"a\":\"\u0001\"}",
                "// x\n{}"
            })
    void bodyWhenNotOneJsonObjectIsRefused(String body) {
        Problem problem = refusal(request(body, "application/json"));

        assertThat(problem.kind()).isEqualTo(ProblemKind.INVALID);
        assertThat(problem.code()).isEqualTo("invalid_json");
        assertThat(problem.message()).doesNotContain("jackson", "Exception", "\n");
    }

    @Test
    void bodyWhenTooDeepOrItsNumbersTooLongIsRefused() {
        JsonBodies wide = new JsonBodies(1_000_000);
        MockHttpServletRequest deep = request("{\"a\":" + "[".repeat(100_000), "application/json");
        MockHttpServletRequest number = request("{\"a\":1" + "0".repeat(100) + "}", "application/json");

        assertThat(catchThrowableOfType(ProblemException.class, () -> wide.read(deep))
                        .problem()
                        .code())
                .isEqualTo("invalid_json");
        assertThat(catchThrowableOfType(ProblemException.class, () -> wide.read(number))
                        .problem()
                        .code())
                .isEqualTo("invalid_json");
    }

    private Problem refusal(MockHttpServletRequest request) {
        return catchThrowableOfType(ProblemException.class, () -> bodies.read(request))
                .problem();
    }

    private static MockHttpServletRequest request(String body, String contentType) {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/");
        request.setContentType(contentType);
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        return request;
    }
}
