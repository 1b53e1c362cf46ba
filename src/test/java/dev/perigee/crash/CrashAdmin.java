package dev.perigee.crash;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The administrator of a crash run. */
final class CrashAdmin {

    static final String TOKEN = "an-admin-token-for-the-crash-run";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final String address;

    CrashAdmin(String address) {
        this.address = address;
    }

    /** A tenant with a key and, above zero, a hard budget of so many tokens. */
    record Tenant(String id, String key, long tokens) {}

    Tenant tenant(long tokens) throws IOException, InterruptedException {
        String id = call("POST", "/tenants", "{\"name\":\"Acme\"}").get("id").stringValue();
        String key = call("POST", "/tenants/" + id + "/api-keys", "{\"name\":\"first\"}")
                .get("key")
                .stringValue();
        if (tokens > 0) {
            budget(id, tokens);
        }
        return new Tenant(id, key, tokens);
    }

    void budget(String tenant, long tokens) throws IOException, InterruptedException {
        call(
                "PUT",
                "/tenants/" + tenant + "/budgets",
                "[{\"period\":\"total\",\"limit\":{\"tokens\":" + tokens + "},\"mode\":\"hard\"}]");
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return call("GET", path, null);
    }

    private JsonNode call(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/admin/v1" + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(method + " " + path + " answered " + response.statusCode() + ": " + response.body());
        }
        return JsonMapper.shared().readTree(response.body());
    }
}
