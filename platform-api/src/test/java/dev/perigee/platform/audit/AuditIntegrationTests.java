package dev.perigee.platform.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

class AuditIntegrationTests {

    private final TestPlatform platform = TestPlatform.start();

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void everyChangeWhenMadeLeavesOneEntryWithBeforeAndAfter() {
        Account account = platform.account();
        String tenant = "/tenants/" + account.tenantId();
        platform.admin("PATCH", tenant, "{\"name\":\"New\"}");
        platform.admin("PUT", "/api-keys/" + account.keyId() + "/quota", "{\"requests_per_minute\":5}");
        platform.admin("PUT", tenant + "/budgets", "[{\"period\":\"day\",\"limit\":{\"tokens\":9},\"mode\":\"hard\"}]");
        platform.admin("POST", "/api-keys/" + account.keyId() + "/rotate", "{\"overlap_seconds\":0}");
        platform.admin("DELETE", "/api-keys/" + account.keyId(), null);
        JsonNode project =
                platform.admin("POST", tenant + "/projects", "{\"name\":\"P\"}").json();
        platform.admin("PATCH", "/projects/" + project.get("id").stringValue(), "{\"name\":\"Q\"}");
        platform.admin("DELETE", "/projects/" + project.get("id").stringValue(), null);
        JsonNode book = platform.admin(
                        "POST",
                        "/price-books",
                        "{\"model\":\"other\",\"currency\":\"USD\",\"input\":\"1\",\"cached_input\":\"1\",\"output\":\"2\"}")
                .json();
        platform.admin(
                "POST",
                "/price-books/" + book.get("id").stringValue() + "/versions",
                "{\"input\":\"1\",\"cached_input\":\"1\",\"output\":\"3\",\"effective_from\":\"2099-01-01T00:00:00Z\"}");
        platform.admin("DELETE", tenant, null);

        List<JsonNode> entries = entries();

        assertThat(entries.stream().map(entry -> entry.get("action").stringValue()))
                .containsExactly(
                        "tenant.created",
                        "api_key.issued",
                        "tenant.changed",
                        "quota.set",
                        "budgets.replaced",
                        "api_key.rotated",
                        "api_key.revoked",
                        "project.created",
                        "project.renamed",
                        "project.deleted",
                        "price_book.created",
                        "price_book.version_added",
                        "tenant.deleted");
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.get("actor").stringValue()).isEqualTo("admin");
            assertThat(entry.get("request_id").stringValue()).startsWith("req_");
        });
        assertThat(entries.get(0).get("before").isNull()).isTrue();
        assertThat(entries.get(2).at("/before/name").stringValue()).isEqualTo("Acme");
        assertThat(entries.get(2).at("/after/name").stringValue()).isEqualTo("New");
        assertThat(entries.get(3).at("/before/requests_per_minute").isNull()).isTrue();
        assertThat(entries.get(3).at("/after/requests_per_minute").longValue()).isEqualTo(5);
        assertThat(entries.get(3).get("tenant_id").stringValue()).isEqualTo(account.tenantId());
        assertThat(entries.get(4).at("/after/0/limit/tokens").longValue()).isEqualTo(9);
        assertThat(entries.get(11).at("/before/versions")).hasSize(1);
        assertThat(entries.get(11).at("/after/versions")).hasSize(2);
        assertThat(entries.get(12).get("after").isNull()).isTrue();
        assertThat(entries.toString()).doesNotContain(account.key());
        assertThat(verify()).isEqualTo("{\"intact\":true,\"entries\":13}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE | /tenants/00000000-0000-0000-0000-000000000000     |
            DELETE | /projects/DEFAULT                                 |
            PATCH  | /tenants/TENANT                                   | {"currency":"EUR"}
            POST   | /tenants/TENANT/api-keys                          | {"name":"k","expires_at":"2001-01-01T00:00:00Z"}
            PUT    | /tenants/TENANT/quota                             | {"requests_per_minute":0}
            """)
    void changeWhenRefusedLeavesNoEntry(String method, String path, String body) {
        Account account = platform.account();
        int before = entries().size();

        String there = path.replace("TENANT", account.tenantId()).replace("DEFAULT", account.projectId());
        assertThat(platform.admin(method, there, body).status()).isBetween(400, 409);

        assertThat(entries()).hasSize(before);
    }

    @Test
    void logWhenManyChangeAtOnceHasNoGapAndIsIntact() throws Exception {
        Callable<Integer> change =
                () -> platform.admin("POST", "/tenants", "{\"name\":\"Acme\"}").status();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Integer> made :
                    threads.invokeAll(Stream.generate(() -> change).limit(40).toList())) {
                assertThat(made.get()).isEqualTo(201);
            }
        }

        assertThat(verify()).isEqualTo("{\"intact\":true,\"entries\":40}");
        assertThat(entries().stream().map(entry -> entry.get("number").longValue()))
                .containsExactlyElementsOf(
                        Stream.iterate(1L, number -> number + 1).limit(40).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UPDATE platform.audit_entry SET after = '{}' WHERE number = 2                     | 2 | entry 2 is not as it was written
            UPDATE platform.audit_entry SET actor = 'nobody' WHERE number = 1                 | 1 | entry 1 is not as it was written
            DELETE FROM platform.audit_entry WHERE number = 2                                 | 2 | entry 2 is missing
            DELETE FROM platform.audit_entry WHERE number = 4                                 | 4 | entry 4 and those behind it are missing
            DELETE FROM platform.audit_entry                                                  | 1 | entry 1 and those behind it are missing
            UPDATE platform.audit_entry SET number = 7 - number WHERE number IN (3, 4)        | 3 | entry 3 is not as it was written
            INSERT INTO platform.audit_entry SELECT 5, at, actor, request_id, action, subject_type, subject_id, tenant_id, before, after, hash FROM platform.audit_entry WHERE number = 4 | 5 | entry 5 is not as it was written
            """)
    void logWhenTamperedWithNamesTheFirstBadEntry(String sql, long firstBad, String reason) {
        platform.account();
        platform.account();
        JdbcClient jdbc = platform.owner();
        jdbc.sql("ALTER TABLE platform.audit_entry DISABLE TRIGGER append_only").update();
        // a number may stand twice for a moment while two entries change places
        jdbc.sql("ALTER TABLE platform.audit_entry DROP CONSTRAINT audit_entry_pkey")
                .update();

        jdbc.sql(sql).update();

        JsonNode verdict = platform.admin("GET", "/audit/verify", null).json();
        assertThat(verdict.get("intact").booleanValue()).isFalse();
        assertThat(verdict.get("first_bad").longValue()).isEqualTo(firstBad);
        assertThat(verdict.get("reason").stringValue()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE platform.audit_entry SET actor = 'nobody'",
                "DELETE FROM platform.audit_entry WHERE number = 1",
                "TRUNCATE platform.audit_entry"
            })
    void databaseWhenAskedToChangeAnEntryRefuses(String sql) {
        platform.account();

        assertThatThrownBy(() -> platform.owner().sql(sql).update())
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("append-only");
    }

    private List<JsonNode> entries() {
        List<JsonNode> found = new ArrayList<>();
        JsonNode page;
        long last = 0;
        do {
            page = platform.admin("GET", "/audit?limit=7&after=" + last, null).json();
            page.get("data").forEach(found::add);
            last = found.isEmpty() ? 0 : found.getLast().get("number").longValue();
        } while (page.get("has_more").booleanValue());
        return found;
    }

    private String verify() {
        return platform.admin("GET", "/audit/verify", null).body();
    }
}
