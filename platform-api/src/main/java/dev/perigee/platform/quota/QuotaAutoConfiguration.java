package dev.perigee.platform.quota;

import java.time.Duration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** Rates and concurrency over the application's PostgreSQL. */
@AutoConfiguration(after = {JdbcClientAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class})
@ConditionalOnBean({JdbcClient.class, PlatformTransactionManager.class})
public final class QuotaAutoConfiguration {

    private static final Duration LEASE = Duration.ofSeconds(30);

    @Bean(initMethod = "start")
    RunningRequests runningRequests(JdbcClient jdbc) {
        return new RunningRequests(jdbc, LEASE);
    }

    @Bean
    @ConditionalOnMissingBean
    Quotas quotas(JdbcClient jdbc, PlatformTransactionManager transactions, RunningRequests running) {
        return new JdbcQuotas(jdbc, transactions, running);
    }
}
