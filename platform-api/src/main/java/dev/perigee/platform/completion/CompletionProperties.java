package dev.perigee.platform.completion;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of an answer.
 *
 * @param maxTokens Most tokens to generate where the request names no limit.
 * @param deadline How long after it was taken on an answer may still be computed; one that is not at its end then ends by its length.
 * @param budgets How answers under budgets are paid for.
 */
@ConfigurationProperties("perigee.completion")
record CompletionProperties(
        @DefaultValue("1024") int maxTokens,
        @DefaultValue("10m") Duration deadline,
        @DefaultValue Budgets budgets) {

    CompletionProperties {
        requireOne("max-tokens", maxTokens);
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("perigee.completion.deadline is " + deadline + ", must be positive");
        }
    }

    /**
     * How answers under hard budgets are paid for.
     *
     * @param tranche Output tokens that are reserved at once while an answer streams. At least 1.
     * @param patience How long a call waits for what other calls merely hold before it is refused, and an answer before it is cut. From 0 to 60
     *     seconds.
     */
    record Budgets(
            @DefaultValue("64") int tranche,
            @DefaultValue("5s") Duration patience) {

        Budgets {
            requireOne("budgets.tranche", tranche);
            if (patience.isNegative() || patience.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException(
                        "perigee.completion.budgets.patience is " + patience + ", must be from 0s to 60s");
            }
        }
    }

    private static void requireOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("perigee.completion." + name + " is " + value + ", must be at least 1");
        }
    }
}
