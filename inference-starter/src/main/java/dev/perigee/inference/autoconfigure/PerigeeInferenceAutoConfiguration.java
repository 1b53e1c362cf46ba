package dev.perigee.inference.autoconfigure;

import dev.perigee.inference.EmbeddedBackend;
import dev.perigee.inference.InferenceBackend;
import dev.perigee.inference.chat.PerigeeChatModel;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the embedded engine and of the chat model over it.
 *
 * <p>An {@link InferenceBackend} bean of the application takes the engine's place; the engine is closed with the context.
 */
@AutoConfiguration(after = ToolCallingAutoConfiguration.class)
@ConditionalOnClass(ChatModel.class)
@ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = "perigee", matchIfMissing = true)
@EnableConfigurationProperties(PerigeeProperties.class)
public final class PerigeeInferenceAutoConfiguration {

    PerigeeInferenceAutoConfiguration() {}

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean(InferenceBackend.class)
    EmbeddedBackend inferenceBackend(PerigeeProperties properties) {
        return new EmbeddedBackend(ModelFolder.open(properties));
    }

    @Bean
    @ConditionalOnMissingBean
    PerigeeChatModel perigeeChatModel(
            InferenceBackend backend,
            PerigeeProperties properties,
            ToolCallingManager toolCallingManager,
            ObjectProvider<ObservationRegistry> observationRegistry,
            ObjectProvider<ChatModelObservationConvention> observationConvention) {
        return PerigeeChatModel.builder(backend)
                .options(properties.chat().options())
                .toolCallingManager(toolCallingManager)
                .observationRegistry(observationRegistry.getIfUnique(() -> ObservationRegistry.NOOP))
                .observationConvention(observationConvention.getIfAvailable())
                .build();
    }
}
