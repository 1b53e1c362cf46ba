package dev.perigee.platform.apikey;

import dev.perigee.platform.secret.SecretAutoConfiguration;
import dev.perigee.platform.secret.ServerKey;
import dev.perigee.platform.tenancy.TenancyAutoConfiguration;
import dev.perigee.platform.tenancy.Tenants;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** API keys over the application's PostgreSQL. */
@AutoConfiguration(
        after = {
            SecretAutoConfiguration.class,
            TenancyAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class
        })
@ConditionalOnBean({ServerKey.class, Tenants.class})
public final class ApiKeyAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ApiKeys apiKeys(JdbcClient jdbc, PlatformTransactionManager transactions, ServerKey serverKey, Tenants tenants) {
        return new JdbcApiKeys(jdbc, transactions, serverKey, tenants);
    }
}
