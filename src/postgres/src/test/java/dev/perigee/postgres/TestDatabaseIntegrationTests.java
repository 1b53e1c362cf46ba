package dev.perigee.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class TestDatabaseIntegrationTests {

    @Test
    void databaseWhenCreatedTwiceIsAnotherOneOnTheSameServer() throws Exception {
        TestDatabase first = TestDatabase.create();
        TestDatabase second = TestDatabase.create();

        assertThat(first.jdbcUrl()).isNotEqualTo(second.jdbcUrl());
        assertThat(first.springProperties()).contains("spring.datasource.url=" + first.jdbcUrl());
        try (Connection connection = first.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE mine (id int)");
            assertThat(durable(statement)).isEqualTo("on");
        }
        try (Connection connection = second.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regclass('mine') IS NULL")) {
            rows.next();
            assertThat(rows.getBoolean(1)).isTrue();
        }
    }

    private static String durable(Statement statement) throws Exception {
        try (ResultSet rows = statement.executeQuery("SHOW fsync")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
