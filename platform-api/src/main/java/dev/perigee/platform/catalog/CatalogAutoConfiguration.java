package dev.perigee.platform.catalog;

import dev.perigee.inference.InferenceBackend;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The catalog over the application's backend. */
@AutoConfiguration(afterName = "dev.perigee.inference.autoconfigure.PerigeeInferenceAutoConfiguration")
@ConditionalOnBean(InferenceBackend.class)
public final class CatalogAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Catalog catalog(InferenceBackend backend) {
        return new Catalog(backend);
    }
}
