package dev.perigee.platform.catalog;

import dev.perigee.inference.InferenceBackend;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** The catalog over the application's backend. */
@AutoConfiguration(afterName = "dev.perigee.inference.autoconfigure.PerigeeInferenceAutoConfiguration")
@ConditionalOnBean(InferenceBackend.class)
public final class CatalogAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Catalog catalog(InferenceBackend backend) {
        return new Catalog(backend);
    }

    @Bean
    @ConditionalOnWebApplication(type = Type.SERVLET)
    FilterRegistrationBean<LicenseAttributionFilter> licenseAttributionFilter(Catalog catalog) {
        FilterRegistrationBean<LicenseAttributionFilter> registration =
                new FilterRegistrationBean<>(new LicenseAttributionFilter(catalog));
        registration.addUrlPatterns("/v1/*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return registration;
    }
}
