package dev.perigee.platform.testing;

import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.billing.pricing.Rate;
import dev.perigee.postgres.TestDatabase;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Currency;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The platform on a random port, over a real PostgreSQL and a scripted backend, and how to talk to it. */
public final class TestPlatform implements AutoCloseable {

    public static final String ADMIN_TOKEN = "an-admin-token-for-tests";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final ConfigurableApplicationContext context;
    private final TestDatabase database;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String address;

    private TestPlatform(ConfigurableApplicationContext context, TestDatabase database) {
        this.context = context;
        this.database = database;
        this.address = "http://localhost:"
                + ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    /** The one that all test classes of this JVM may share: each makes its own tenants. */
    public static TestPlatform shared() {
        return Shared.PLATFORM;
    }

    private static final class Shared {
        private static final TestPlatform PLATFORM = start();
    }

    /** Starts it on an empty database, with these properties besides. */
    public static TestPlatform start(String... properties) {
        return start(TestDatabase.create(), properties);
    }

    /** Starts it on this database. */
    public static TestPlatform start(TestDatabase database, String... properties) {
        try {
            Path folder = Files.createTempDirectory("perigee-test-platform-");
            String[] all = Stream.of(
                            Arrays.stream(database.springProperties()),
                            Stream.of(
                                    "server.port=0",
                                    "spring.threads.virtual.enabled=true",
                                    "spring.main.banner-mode=off",
                                    "perigee.data-dir=" + folder,
                                    "perigee.admin-token=" + ADMIN_TOKEN,
                                    "spring.flyway.locations=classpath:db/migration/billing,classpath:db/migration/platform"),
                            Arrays.stream(properties))
                    .flatMap(property -> property)
                    .map(property -> "--" + property)
                    .toArray(String[]::new);
            SpringApplication application = new SpringApplication(Application.class);
            application.setRegisterShutdownHook(false); // the database server may go first
            Runtime.getRuntime().addShutdownHook(new Thread(() -> FileSystemUtils.deleteRecursively(folder.toFile())));
            return new TestPlatform(application.run(all), database);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public String address() {
        return address;
    }

    public ScriptedBackend backend() {
        return context.getBean(ScriptedBackend.class);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** The database behind it. */
    public TestDatabase database() {
        return database;
    }

    /** The database as its owner sees it: everything. */
    public JdbcClient owner() {
        return JdbcClient.create(ownerConnections());
    }

    /** Connections of the database's owner. */
    public DataSource ownerConnections() {
        return new DriverManagerDataSource(database.jdbcUrl(), database.username(), database.password());
    }

    /** A request of the admin API. */
    public Answer admin(String method, String path, @Nullable String body) {
        return call(method, "/admin/v1" + path, body, "Authorization", "Bearer " + ADMIN_TOKEN);
    }

    /** A request with these headers. */
    public Answer call(String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null && Arrays.stream(headers).noneMatch("Content-Type"::equalsIgnoreCase)) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A new tenant with a key. */
    public Account account() {
        JsonNode tenant = admin("POST", "/tenants", "{\"name\":\"Acme\"}").json();
        String id = tenant.get("id").stringValue();
        JsonNode key = admin("POST", "/tenants/" + id + "/api-keys", "{\"name\":\"first\"}")
                .json();
        return new Account(
                id,
                key.get("key").stringValue(),
                key.get("id").stringValue(),
                tenant.get("default_project_id").stringValue());
    }

    /** A request for a completion with this key. */
    public Answer complete(Account account, String body) {
        return call("POST", "/v1/chat/completions", body, "Authorization", "Bearer " + account.key());
    }

    /** The sums of a tenant's usage. */
    public JsonNode usage(Account account) {
        return admin("GET", "/tenants/" + account.tenantId() + "/usage", null)
                .json()
                .get("total");
    }

    /** What was counted, recorded and posted of everything. */
    public JsonNode reconciliation() {
        return admin("GET", "/reconciliation", null).json();
    }

    @Override
    public void close() {
        context.close();
    }

    public record Account(String tenantId, String key, String keyId, String projectId) {}

    public record Answer(HttpResponse<String> response) {

        public int status() {
            return response.statusCode();
        }

        public String body() {
            return response.body();
        }

        public JsonNode json() {
            return MAPPER.readTree(response.body());
        }

        public @Nullable String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        ScriptedBackend scriptedBackend(PriceBooks priceBooks) {
            priceBooks.ensure(
                    ScriptedBackend.MODEL,
                    Rate.perMillion(
                            Currency.getInstance("USD"),
                            new BigDecimal("0.60"),
                            new BigDecimal("0.15"),
                            new BigDecimal("2.50")));
            return new ScriptedBackend();
        }
    }
}
