package dev.perigee.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeasuredUsageTests {

    @Test
    void sumsWhenPartsAreDisjointIncludeCachedAndReasoning() {
        MeasuredUsage usage = new MeasuredUsage(5, 7, 11, 13);
        assertThat(usage.inputTokens()).isEqualTo(12);
        assertThat(usage.outputTokens()).isEqualTo(24);
        assertThat(usage.isNone()).isFalse();
        assertThat(new MeasuredUsage(0, 0, 0, 0).isNone()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, MeasuredUsage.MAX_TOKENS + 1, Long.MAX_VALUE})
    void countWhenOutOfBoundsIsRefusedByName(long tokens) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MeasuredUsage(0, 0, tokens, 0))
                .withMessage("output is " + tokens + ", must be from 0 to 1000000000");
    }

    @ParameterizedTest
    @EnumSource(RequestOutcome.class)
    void outcomeWhenStoredIsReadBackEqual(RequestOutcome outcome) {
        assertThat(outcome.word()).matches("[a-z_]{1,40}");
        assertThat(RequestOutcome.ofWord(outcome.word())).isEqualTo(outcome);
    }
}
