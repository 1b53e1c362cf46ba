package dev.perigee.app.start;

import dev.perigee.postgres.LocalPostgres;
import dev.perigee.postgres.LocalPostgresOptions;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The database: the one that the settings name, else an embedded one in the data directory. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseProperties.class)
class DatabaseConfiguration {

    /** As its owner connects, who migrates it. Closed by the context after everything that connects to it. */
    @Bean
    FlywayConnectionDetails database(
            DatabaseProperties properties, @Value("${" + DataDirectories.PROPERTY + "}") Path dataDirectory) {
        if (properties.url() != null) {
            return new OutsideDatabase(properties.url(), properties.username(), properties.password());
        }
        LocalPostgresOptions options =
                LocalPostgresOptions.in(dataDirectory.resolve("postgres")).withProgress(StartProgress::say);
        return new EmbeddedDatabase(LocalPostgres.start(options));
    }

    /** As the platform connects: a role that owns nothing. */
    @Bean
    JdbcConnectionDetails applicationDatabase(FlywayConnectionDetails database, DatabaseProperties properties) {
        return ApplicationDatabase.of(database, properties.application());
    }
}
