package dev.perigee.billing.isolation;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;

/**
 * Gives every data source of the application its scopes, and the application's role its rights after each migration.
 *
 * <p>Migrations run as the owner of the tables ({@code spring.flyway.url}, {@code user} and {@code password}); the application connects as
 * another role ({@code spring.datasource.username}).
 */
@AutoConfiguration(after = DataSourceAutoConfiguration.class, before = FlywayAutoConfiguration.class)
@ConditionalOnBean(DataSource.class)
public final class IsolationAutoConfiguration {

    @Bean
    static BeanPostProcessor scopedDataSources(ObjectProvider<Flyway> flyway) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource target && !(bean instanceof ScopedDataSource)
                        ? new ScopedDataSource(target, () -> owner(flyway.getObject()))
                        : bean;
            }
        };
    }

    private static DataSource owner(Flyway flyway) {
        DataSource owner = flyway.getConfiguration().getDataSource();
        if (owner == null) {
            throw new IllegalStateException("Flyway has no data source, so the owner's signing key cannot be read");
        }
        return owner;
    }

    @Bean
    FlywayConfigurationCustomizer applicationRights(ObjectProvider<JdbcConnectionDetails> application) {
        return configuration -> {
            JdbcConnectionDetails details = application.getIfAvailable();
            String role = details == null ? null : details.getUsername();
            if (role != null) {
                configuration.callbacks(new ApplicationRights(role));
            }
        };
    }
}
