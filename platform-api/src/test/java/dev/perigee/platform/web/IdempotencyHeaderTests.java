package dev.perigee.platform.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class IdempotencyHeaderTests {

    private final MockHttpServletRequest request = new MockHttpServletRequest();

    @Test
    void keyWhenThereIsNoneIsNull() {
        assertThat(IdempotencyHeader.of(request)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"!", "~", "KG5LxwFBepaKHyUD", "\"quoted\""})
    void keyWhenVisibleAsciiIsTaken(String key) {
        request.addHeader("Idempotency-Key", key);

        assertThat(IdempotencyHeader.of(request)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "sch\u00f6n", "a\u007fb", "\u200b"})
    void keyWhenAnythingElseIsRefused(String key) {
        request.addHeader("idempotency-key", key);

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> IdempotencyHeader.of(request))
                .satisfies(e -> assertThat(e.problem().code()).isEqualTo("invalid_idempotency_key"));
    }
}
