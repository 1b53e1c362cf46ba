package dev.perigee.platform.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.perigee.platform.testing.TestPlatform;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ServerKeyCheckIntegrationTests {

    private final TestPlatform platform = TestPlatform.shared();
    private final JdbcClient jdbc = platform.owner();

    @Test
    void databaseWhenOfThisKeyIsTakenAgain() {
        assertThatNoException().isThrownBy(() -> ServerKeyCheck.run(platform.bean(ServerKey.class), jdbc));
    }

    @Test
    void databaseWhenOfAnotherKeyIsRefusedWithAWayOut() {
        ServerKey other = new ServerKey("another-server-key-of-32-letters!");

        assertThatExceptionOfType(OtherServerKeyException.class)
                .isThrownBy(() -> ServerKeyCheck.run(other, jdbc))
                .satisfies(e -> assertThat(
                                new OtherServerKeyFailureAnalyzer().analyze(e).getAction())
                        .contains("server-key", "PERIGEE_SERVER_KEY"));
    }

    @Test
    void databaseWhenReadHoldsNoSecret() {
        String key = platform.account().key();

        for (String table : new String[] {"api_key", "tenant", "project", "server_key"}) {
            for (Map<String, Object> row : jdbc.sql("SELECT to_jsonb(t)::text AS row FROM platform." + table + " t")
                    .query()
                    .listOfRows()) {
                assertThat(row.get("row").toString())
                        .doesNotContain(key.substring(16))
                        .doesNotContain(TestPlatform.ADMIN_TOKEN);
            }
        }
    }
}
