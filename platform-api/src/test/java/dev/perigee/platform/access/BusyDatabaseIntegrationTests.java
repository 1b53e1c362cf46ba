package dev.perigee.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class BusyDatabaseIntegrationTests {

    @Test
    void callerWhenNoConnectionIsFreeToKnowHimIsToldToComeBack() throws SQLException {
        try (TestPlatform platform = TestPlatform.start(
                "spring.datasource.hikari.maximum-pool-size=1",
                "spring.datasource.hikari.connection-timeout=1000",
                "perigee.receipts.period=1h")) {
            Account account = platform.account();
            try (Connection taken = platform.bean(DataSource.class).getConnection()) {
                assertThat(taken.isValid(1)).isTrue();

                Answer answer = platform.call("GET", "/v1/models", null, "x-api-key", account.key());

                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.json().at("/error/code").stringValue()).isEqualTo("database_unavailable");
                assertThat(answer.header("retry-after")).isEqualTo("5");
            }
            assertThat(platform.call("GET", "/v1/models", null, "x-api-key", account.key())
                            .status())
                    .isEqualTo(200);
        }
    }
}
