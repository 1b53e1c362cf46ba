package dev.perigee.platform.completion;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of an answer.
 *
 * @param maxTokens most tokens to generate where the request names no limit
 */
@ConfigurationProperties("perigee.completion")
record CompletionProperties(@DefaultValue("1024") int maxTokens) {

    CompletionProperties {
        if (maxTokens < 1) {
            throw new IllegalArgumentException(
                    "perigee.completion.max-tokens is " + maxTokens + ", must be at least 1");
        }
    }
}
