package dev.perigee.platform.openai;

import dev.perigee.platform.catalog.Catalog;
import dev.perigee.platform.completion.CompletionAutoConfiguration;
import dev.perigee.platform.completion.Completions;
import dev.perigee.platform.web.JsonBodies;
import dev.perigee.platform.web.PlatformWebAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** OpenAI's addresses. */
@AutoConfiguration(after = {CompletionAutoConfiguration.class, PlatformWebAutoConfiguration.class})
@ConditionalOnBean(Completions.class)
@EnableConfigurationProperties(OpenAiProperties.class)
public final class OpenAiAutoConfiguration {

    @Bean
    OpenAiErrorDialect openAiErrorDialect() {
        return new OpenAiErrorDialect();
    }

    @Bean
    ChatCompletionController chatCompletionController(
            Completions completions, JsonBodies bodies, OpenAiProperties properties) {
        return new ChatCompletionController(completions, bodies, properties.keepAlive());
    }

    @Bean
    ModelsController modelsController(Catalog catalog) {
        return new ModelsController(catalog);
    }
}
