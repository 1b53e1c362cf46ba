package dev.perigee.inference.autoconfigure;

import dev.perigee.inference.EmbeddedBackend;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the embedded engine's meters, where the application has Micrometer. */
@AutoConfiguration(after = PerigeeInferenceAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(EmbeddedBackend.class)
public final class PerigeeMetricsAutoConfiguration {

    PerigeeMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EngineMetrics engineMetrics(EmbeddedBackend backend) {
        return new EngineMetrics(backend::statistics);
    }
}
