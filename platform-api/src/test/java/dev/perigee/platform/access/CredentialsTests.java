package dev.perigee.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class CredentialsTests {

    @Test
    void keyWhenInEitherHeaderIsFound() {
        assertThat(Credentials.apiKey(request("Authorization", "Bearer k"))).contains("k");
        assertThat(Credentials.apiKey(request("Authorization", "bearer  k "))).contains("k");
        assertThat(Credentials.apiKey(request("x-api-key", "k"))).contains("k");
    }

    @Test
    void keyWhenInBothHeadersCountsOnlyWhereTheyAgree() {
        assertThat(Credentials.apiKey(request("Authorization", "Bearer k", "x-api-key", "k")))
                .contains("k");
        assertThat(Credentials.apiKey(request("Authorization", "Bearer k", "x-api-key", "l")))
                .isEmpty();
        assertThat(Credentials.apiKey(request("Authorization", "Basic k", "x-api-key", "k")))
                .isEmpty();
    }

    @Test
    void keyWhenAHeaderComesTwiceIsNone() {
        assertThat(Credentials.apiKey(request("Authorization", "Bearer k", "Authorization", "Bearer k")))
                .isEmpty();
        assertThat(Credentials.apiKey(request("x-api-key", "k", "x-api-key", "k")))
                .isEmpty();
    }

    @Test
    void keyWhenInAnotherSchemeOrPlaceIsNone() {
        MockHttpServletRequest query = request();
        query.setParameter("api_key", "k");

        assertThat(Credentials.apiKey(query)).isEmpty();
        assertThat(Credentials.apiKey(request("Authorization", "Basic k"))).isEmpty();
        assertThat(Credentials.apiKey(request("Authorization", "k"))).isEmpty();
        assertThat(Credentials.bearer(request("x-api-key", "k"))).isEmpty();
    }

    @Test
    void adminTokenWhenRightIsRecognisedAndNoOther() {
        AdminTokenVerifier verifier = new AdminTokenVerifier("an-admin-token-of-enough-length", null);

        assertThat(verifier.verify("an-admin-token-of-enough-length")).isTrue();
        assertThat(verifier.verify("an-admin-token-of-enough-lengtH")).isFalse();
        assertThat(verifier.verify("")).isFalse();
        assertThat(verifier.verify("x".repeat(1_000_000))).isFalse();
    }

    private static MockHttpServletRequest request(String... headers) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        for (int i = 0; i < headers.length; i += 2) {
            request.addHeader(headers[i], headers[i + 1]);
        }
        return request;
    }
}
