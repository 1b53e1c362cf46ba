package dev.perigee.platform.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class CompletionPropertiesTests {

    private static CompletionProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("perigee.completion", CompletionProperties.class);
    }

    @Test
    void deadlineWhenNotSetIsTenMinutes() {
        assertThat(bind(Map.of()).deadline()).isEqualTo(Duration.ofMinutes(10));
        assertThat(bind(Map.of("perigee.completion.deadline", "90s")).deadline())
                .isEqualTo(Duration.ofSeconds(90));
    }

    @ParameterizedTest
    @CsvSource({
        "max-tokens, 0, 'is 0, must be at least 1'",
        "deadline, 0s, 'is PT0S, must be positive'",
        "deadline, -1s, 'is PT-1S, must be positive'",
        "budgets.tranche, 0, 'is 0, must be at least 1'",
        "budgets.patience, 61s, 'is PT1M1S, must be from 0s to 60s'"
    })
    void settingWhenOutOfBoundsIsRefusedByItsName(String name, String value, String problem) {
        String property = "perigee.completion." + name;
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> bind(Map.of(property, value)))
                .havingRootCause()
                .withMessage(property + " " + problem);
    }
}
