package dev.perigee.platform.audit;

import dev.perigee.platform.secret.DataDirectory;
import dev.perigee.platform.secret.SecretAutoConfiguration;
import dev.perigee.platform.secret.ServerKey;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** The audit log over the application's PostgreSQL. */
@AutoConfiguration(after = {SecretAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class})
@ConditionalOnBean({ServerKey.class, DataDirectory.class})
public final class AuditAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    AuditLog auditLog(
            JdbcClient jdbc, PlatformTransactionManager transactions, ServerKey key, DataDirectory dataDirectory) {
        return new JdbcAuditLog(
                jdbc,
                transactions,
                new AuditChain(key),
                new AuditHead(dataDirectory.path().resolve("audit-head")));
    }
}
