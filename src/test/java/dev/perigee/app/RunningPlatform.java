package dev.perigee.app;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole application on a port of its own, with its embedded database and the bundled model. */
final class RunningPlatform implements AutoCloseable {

    private static final JsonMapper json = JsonMapper.shared();

    private final ConfigurableApplicationContext context;
    private final Path dataDirectory;
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningPlatform(ConfigurableApplicationContext context, Path dataDirectory) {
        this.context = context;
        this.dataDirectory = dataDirectory;
    }

    static RunningPlatform start(Path dataDirectory, String... properties) {
        SpringApplication application = new SpringApplication(PerigeeApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        List<String> arguments = new ArrayList<>(List.of(properties));
        arguments.add("--perigee.port=0");
        arguments.add("--perigee.data-dir=" + dataDirectory);
        return new RunningPlatform(application.run(arguments.toArray(String[]::new)), dataDirectory);
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    String address() {
        return "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    }

    String adminToken() throws IOException {
        return Files.readString(dataDirectory.resolve("admin-token")).strip();
    }

    /** What the admin API answers to a body. */
    JsonNode create(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = send(admin(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
        if (response.statusCode() != 201) {
            throw new AssertionError(path + " answered " + response.statusCode() + ": " + response.body());
        }
        return json.readTree(response.body());
    }

    /** The id of a new tenant. */
    String newTenant(String name) throws IOException, InterruptedException {
        return create("/tenants", "{\"name\":\"" + name + "\"}").path("id").asString();
    }

    /** A new API key of a tenant. */
    String newKey(String tenant) throws IOException, InterruptedException {
        return create("/tenants/" + tenant + "/api-keys", "{\"name\":\"first\"}")
                .path("key")
                .asString();
    }

    /** What the admin API shows. */
    JsonNode show(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = send(admin(path).GET().build());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " answered " + response.statusCode() + ": " + response.body());
        }
        return json.readTree(response.body());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(address() + path)).GET().build());
    }

    /** What the data plane answers to this key. */
    HttpResponse<String> get(String path, String apiKey) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(address() + path))
                .header("Authorization", "Bearer " + apiKey)
                .GET()
                .build());
    }

    OpenAIClient client(String apiKey) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(address() + "/v1")
                .apiKey(apiKey)
                .maxRetries(0)
                .build();
    }

    private HttpRequest.Builder admin(String path) throws IOException {
        return HttpRequest.newBuilder(URI.create(address() + "/admin/v1" + path))
                .header("Authorization", "Bearer " + adminToken());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        http.close();
        context.close();
    }
}
