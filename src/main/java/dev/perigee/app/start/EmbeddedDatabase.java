package dev.perigee.app.start;

import dev.perigee.postgres.LocalPostgres;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;

/** This platform's own database as its owner connects to it; it ends with the platform. */
final class EmbeddedDatabase implements FlywayConnectionDetails, AutoCloseable {

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
