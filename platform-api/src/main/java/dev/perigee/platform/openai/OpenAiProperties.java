package dev.perigee.platform.openai;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How OpenAI's dialect is spoken.
 *
 * @param keepAlive Longest silence of a stream before a comment is sent; a client that went away is noticed by the second one. From 100ms to
 *     1m.
 */
@ConfigurationProperties("perigee.openai")
record OpenAiProperties(@DefaultValue("1s") Duration keepAlive) {

    OpenAiProperties {
        if (keepAlive.compareTo(Duration.ofMillis(100)) < 0 || keepAlive.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException(
                    "perigee.openai.keep-alive is " + keepAlive + ", must be from 100ms to 1m");
        }
    }
}
