package dev.perigee.app.start;

import dev.perigee.postgres.LocalPostgres;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** This platform's own database, which ends with it. */
final class EmbeddedDatabase implements JdbcConnectionDetails, AutoCloseable {

    private final LocalPostgres postgres;

    EmbeddedDatabase(LocalPostgres postgres) {
        this.postgres = postgres;
    }

    @Override
    public String getJdbcUrl() {
        return postgres.jdbcUrl();
    }

    @Override
    public String getUsername() {
        return postgres.username();
    }

    @Override
    public String getPassword() {
        return postgres.password();
    }

    @Override
    public void close() {
        postgres.close();
    }
}
