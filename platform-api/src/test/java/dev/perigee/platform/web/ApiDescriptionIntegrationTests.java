package dev.perigee.platform.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ApiDescriptionIntegrationTests {

    private final TestPlatform platform = TestPlatform.shared();

    @Test
    void descriptionWhenReadNamesEveryAddress() {
        JsonNode description = platform.call("GET", "/v3/api-docs", null).json();

        assertThat(description.get("info").get("title").stringValue()).isEqualTo("Perigee");
        assertThat(description.get("paths").propertyNames())
                .containsExactlyInAnyOrder(
                        "/v1/chat/completions",
                        "/v1/models",
                        "/v1/models/{name}",
                        "/v1/receipts/{id}",
                        "/.well-known/perigee-receipt-keys.json",
                        "/admin/v1/reconciliation",
                        "/admin/v1/tenants",
                        "/admin/v1/tenants/{id}",
                        "/admin/v1/tenants/{tenant}/projects",
                        "/admin/v1/projects/{id}",
                        "/admin/v1/tenants/{tenant}/api-keys",
                        "/admin/v1/api-keys/{id}",
                        "/admin/v1/api-keys/{id}/rotate",
                        "/admin/v1/audit",
                        "/admin/v1/tenants/{tenant}/invoices",
                        "/admin/v1/invoices/{id}",
                        "/admin/v1/invoices/{id}/issue",
                        "/admin/v1/invoices/{id}/credit-notes",
                        "/admin/v1/audit/verify",
                        "/admin/v1/tenants/{id}/budgets",
                        "/admin/v1/projects/{id}/budgets",
                        "/admin/v1/api-keys/{id}/budgets",
                        "/admin/v1/tenants/{id}/quota",
                        "/admin/v1/projects/{id}/quota",
                        "/admin/v1/api-keys/{id}/quota",
                        "/admin/v1/tenants/{id}/usage",
                        "/admin/v1/requests",
                        "/admin/v1/requests/{id}",
                        "/admin/v1/requests/{id}/release",
                        "/admin/v1/price-books",
                        "/admin/v1/price-books/{id}",
                        "/admin/v1/price-books/{id}/versions");
    }

    @Test
    void documentationWhenOpenedLeadsToAPage() {
        Answer first = platform.call("GET", "/docs", null);

        assertThat(first.status()).isEqualTo(302);
        Answer page = platform.call("GET", URI.create(first.header("location")).getPath(), null);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("Swagger UI");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/error", "/nothing", "/actuator", "/actuator/env", "/index.html", "/v2/x", "/admin"})
    void addressWhenNotOursHasNothing(String path) {
        Answer answer = platform.call("GET", path, null);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.json().get("error").get("code").stringValue()).isEqualTo("unknown_url");
        assertThat(answer.header("x-request-id")).startsWith("req_");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/..;/x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\n\r\n",
                "GET /a|b HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "FOO\r\n\r\n",
                "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void requestWhenMalformedIsRefusedWithoutHtmlOrVersion(String request) throws Exception {
        String answer = exchange(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));

        assertThat(answer).matches("(?s)HTTP/1\\.1 4\\d\\d .*").contains("\"error\":{");
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("x-request-id: req_")
                .doesNotContain("<html", "<!doctype", "tomcat", "java.", "exception");
    }

    private String exchange(String request) throws Exception {
        URI address = URI.create(platform.address());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
