package dev.perigee.platform.secret;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The data directory and the server's key. */
@AutoConfiguration(after = {JdbcClientAutoConfiguration.class, FlywayAutoConfiguration.class})
@ConditionalOnBean(JdbcClient.class)
@EnableConfigurationProperties(SecretProperties.class)
public final class SecretAutoConfiguration {

    private static final int GENERATED_LENGTH = 48;

    @Bean
    @ConditionalOnMissingBean
    DataDirectory dataDirectory(SecretProperties properties) {
        return new DataDirectory(properties.folder());
    }

    @Bean
    @ConditionalOnMissingBean
    ServerKey serverKey(SecretProperties properties, DataDirectory dataDirectory, JdbcClient jdbc) {
        String given = properties.serverKey();
        ServerKey key = new ServerKey(
                given != null
                        ? given
                        : dataDirectory
                                .secretFile("server-key")
                                .readOrCreate(() -> RandomText.ofLength(GENERATED_LENGTH)));
        ServerKeyCheck.run(key, jdbc);
        return key;
    }
}
