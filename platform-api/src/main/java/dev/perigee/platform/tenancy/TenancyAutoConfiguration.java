package dev.perigee.platform.tenancy;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tenants and projects over the application's PostgreSQL. */
@AutoConfiguration(after = JdbcClientAutoConfiguration.class)
@ConditionalOnBean(JdbcClient.class)
public final class TenancyAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Tenants tenants(JdbcClient jdbc) {
        return new JdbcTenants(jdbc);
    }

    @Bean
    @ConditionalOnMissingBean
    Projects projects(JdbcClient jdbc) {
        return new JdbcProjects(jdbc);
    }
}
