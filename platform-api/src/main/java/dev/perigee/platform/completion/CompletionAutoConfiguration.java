package dev.perigee.platform.completion;

import dev.perigee.billing.charging.Charging;
import dev.perigee.inference.InferenceBackend;
import dev.perigee.platform.catalog.Catalog;
import dev.perigee.platform.catalog.CatalogAutoConfiguration;
import dev.perigee.platform.quota.QuotaAutoConfiguration;
import dev.perigee.platform.quota.Quotas;
import dev.perigee.platform.secret.SecretAutoConfiguration;
import dev.perigee.platform.secret.ServerKey;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The use case over catalog, backend and billing. */
@AutoConfiguration(
        after = {CatalogAutoConfiguration.class, QuotaAutoConfiguration.class, SecretAutoConfiguration.class},
        afterName = "dev.perigee.billing.BillingAutoConfiguration")
@ConditionalOnBean({Catalog.class, Charging.class, Quotas.class, ServerKey.class})
@EnableConfigurationProperties(CompletionProperties.class)
public final class CompletionAutoConfiguration {

    private final CompletionProperties properties;

    CompletionAutoConfiguration(CompletionProperties properties) {
        this.properties = properties;
    }

    @Bean
    @ConditionalOnMissingBean
    Completions completions(
            Catalog catalog, InferenceBackend backend, Charging charging, Quotas quotas, ServerKey serverKey) {
        return new Completions(catalog, backend, charging, quotas, serverKey, properties);
    }
}
