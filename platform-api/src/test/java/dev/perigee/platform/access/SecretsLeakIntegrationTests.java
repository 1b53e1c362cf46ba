package dev.perigee.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.platform.testing.ScriptedBackend;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Sends secrets down every road at a talkative log level and looks for them everywhere afterwards. */
@ExtendWith(OutputCaptureExtension.class)
class SecretsLeakIntegrationTests {

    private static final int KEY_NAME_END = "pgk_".length() + 12;
    private static final String PROMPT = "prompt-canary-Zq7Xw2Lk9";
    private static final String END_USER = "user-canary-Vb4Nt8Rp1";
    private static final String BODY = """
            {"model":"%s","messages":[{"role":"user","content":"%s"}],"user":"%s"}""".formatted(ScriptedBackend.MODEL, PROMPT, END_USER);

    private final Map<String, String> secrets = new LinkedHashMap<>();

    @AfterEach
    void quietAgain() {
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.INFO);
    }

    @Test
    void secretWhenThereIsFoundInEachForm() {
        secrets.put("prompt", PROMPT);
        forms(PROMPT)
                .forEach(form -> assertThatThrownBy(() -> requireNone("here", "…" + form + "…"))
                        .hasMessageContaining("here holds the prompt as " + form));
    }

    @Test
    void secretsWhenSentDownEveryRoadAreFoundNowhere(CapturedOutput output) {
        try (TestPlatform platform = TestPlatform.start("logging.level.root=DEBUG")) {
            Account account = platform.account();
            secrets.put("admin token", TestPlatform.ADMIN_TOKEN);
            secrets.put("key", account.key().substring(KEY_NAME_END));
            secrets.put("prompt", PROMPT);
            secrets.put("end user", END_USER);

            sendEverywhere(platform, account);

            String logged = output.getAll();
            assertThat(logged).as("the log is talkative").contains("DEBUG");
            requireNone("the log", logged);
            tables(platform).forEach(this::requireNone);
            requireNone("metrics", metrics(platform));
        }
    }

    private void sendEverywhere(TestPlatform platform, Account account) {
        assertThat(platform.complete(account, BODY).status()).isEqualTo(200);
        assertThat(platform.complete(account, BODY.replace("}],", "}],\"stream\":true,"))
                        .status())
                .isEqualTo(200);
        assertThat(platform.complete(account, BODY.replace("\"user\",", "7,")).status())
                .isEqualTo(400);
        assertThat(platform.complete(account, BODY.replace(ScriptedBackend.MODEL, "other"))
                        .status())
                .isEqualTo(404);
        assertThat(platform.complete(account, "{" + PROMPT).status()).isEqualTo(400);
        assertThat(platform.call("GET", "/v1/models", null, "x-api-key", account.key())
                        .status())
                .isEqualTo(200);
        String swapped = account.key().substring(0, account.key().length() - 1) + "_";
        assertThat(platform.call("GET", "/v1/models", null, "Authorization", "Bearer " + swapped)
                        .status())
                .isEqualTo(401);
        assertThat(platform.call("GET", "/nowhere", null, "Authorization", "Bearer " + account.key())
                        .status())
                .isEqualTo(404);
        assertThat(platform.call("GET", "/admin/v1/tenants", null, "Authorization", "Bearer " + account.key())
                        .status())
                .isEqualTo(401);
        String rotated = platform.admin("POST", "/api-keys/" + account.keyId() + "/rotate", "{\"overlap_seconds\":60}")
                .json()
                .get("key")
                .stringValue();
        secrets.put("rotated key", rotated.substring(KEY_NAME_END));
        assertThat(platform.admin("DELETE", "/api-keys/" + account.keyId(), null)
                        .status())
                .isEqualTo(204);
        assertThat(platform.complete(account, BODY).status()).isEqualTo(401);
    }

    private static Map<String, String> tables(TestPlatform platform) {
        JdbcClient jdbc = platform.owner();
        List<String> names = jdbc.sql("""
                        SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
                        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')""").query(String.class).list();
        assertThat(names).contains("platform.api_key", "platform.audit_entry", "billing.usage");
        Map<String, String> rows = new LinkedHashMap<>();
        for (String name : names) {
            rows.put(
                    name,
                    String.join(
                            "\n",
                            jdbc.sql("SELECT CAST(t AS text) FROM " + name + " t")
                                    .query(String.class)
                                    .list()));
        }
        return rows;
    }

    private static String metrics(TestPlatform platform) {
        return platform.call("GET", "/actuator/prometheus", null).body();
    }

    private void requireNone(String where, String text) {
        secrets.forEach((what, secret) -> forms(secret)
                .forEach(form -> assertThat(text.contains(form))
                        .as("%s holds the %s as %s", where, what, form)
                        .isFalse()));
    }

    /** The secret, its beginning, and the ways in which it would be written. */
    private static Stream<String> forms(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                secret,
                secret.substring(0, 12),
                URLEncoder.encode(secret, StandardCharsets.UTF_8),
                Base64.getEncoder().encodeToString(bytes).replace("=", ""));
    }
}
