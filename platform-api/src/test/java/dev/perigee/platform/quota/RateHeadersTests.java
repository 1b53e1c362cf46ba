package dev.perigee.platform.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateHeadersTests {

    @ParameterizedTest
    @CsvSource({
        "PT0S,0ms",
        "PT0.0000001S,1ms",
        "PT0.25S,250ms",
        "PT8.64S,8.64s",
        "PT1S,1s",
        "PT59.999S,59.999s",
        "PT6M,6m0s",
        "PT6M0.1S,6m1s",
        "PT1H3S,1h0m3s"
    })
    void spanWhenToldReadsLikeOpenAis(Duration time, String text) {
        assertThat(RateHeaders.span(time)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-26T17:00:00Z,2026-11-26T17:00:00Z",
        "2026-11-26T17:00:00.000001Z,2026-11-26T17:00:01Z",
        "2026-12-31T23:59:59.5Z,2027-01-01T00:00:00Z"
    })
    void momentWhenToldIsInWholeSecondsAndNeverTooEarly(Instant time, String text) {
        assertThat(RateHeaders.moment(time)).isEqualTo(text);
    }
}
