package dev.perigee.platform.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GcraTests {

    private static final long SEED = 20261126;

    /** One row per outcome: the limit, what is used, what time passes, what is asked for. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # limit | used | passed | cost | admitted | remaining before | until room | until full
            5          | 0          | PT0S         | 1          | true  | 5          | PT0S       | PT0S
            5          | 4          | PT0S         | 1          | true  | 1          | PT0S       | PT48S
            5          | 5          | PT0S         | 1          | false | 0          | PT12S      | PT1M
            5          | 5          | PT11.999999S | 1          | false | 0          | PT0.000001S | PT48.000001S
            5          | 5          | PT12S        | 1          | true  | 1          | PT0S       | PT48S
            5          | 5          | PT24S        | 3          | false | 2          | PT12S      | PT36S
            5          | 5          | PT1M         | 5          | true  | 5          | PT0S       | PT0S
            5          | 5          | P3650D       | 5          | true  | 5          | PT0S       | PT0S
            5          | 5          | -PT1H        | 1          | false | 0          | PT12S      | PT1M
            5          | 0          | PT0S         | 0          | true  | 5          | PT0S       | PT0S
            5          | 8          | PT0S         | 1          | false | 0          | PT48S      | PT1M36S
            5          | 8          | PT0S         | 0          | false | 0          | PT36S      | PT1M36S
            1          | 1          | PT59.999999S | 1          | false | 0          | PT0.000001S | PT0.000001S
            1          | 1          | PT1M         | 1          | true  | 1          | PT0S       | PT0S
            7          | 7          | PT8.571428S  | 1          | false | 0          | PT0.000001S | PT51.428572S
            7          | 7          | PT8.571429S  | 1          | true  | 1          | PT0S       | PT51.428571S
            1000000000 | 1000000000 | PT0.000001S  | 16         | true  | 16         | PT0S       | PT59.999999S
            1000000000 | 1000000000 | PT0.000001S  | 17         | false | 16         | PT0.000001S | PT59.999999S
            """)
    void rateWhenAskedAdmitsWhatItHasRoomFor(
            long limit,
            long used,
            Duration passed,
            long cost,
            boolean admitted,
            long remaining,
            Duration untilRoom,
            Duration untilFull) {
        Gcra rate = new Gcra(limit, 0).with(used).after(passed);

        assertThat(rate.admits(cost)).isEqualTo(admitted);
        assertThat(rate.remaining()).isEqualTo(remaining);
        assertThat(rate.untilAdmits(cost)).isEqualTo(untilRoom);
        assertThat(rate.untilFull()).isEqualTo(untilFull);
        assertThat(rate.after(untilRoom).admits(cost)).isTrue();
        assertThat(rate.after(untilFull).backlog()).isZero();
    }

    @Test
    void costWhenAboveTheLimitIsNeverAdmitted() {
        assertThat(new Gcra(5, 0).admits(6)).isFalse();
    }

    @Test
    void backlogWhenAnswersPileUpNeverOverflows() {
        Gcra rate = new Gcra(1, 0);
        for (int i = 0; i < 1_000; i++) {
            rate = rate.with(Quota.MAX);
        }
        assertThat(rate.backlog()).isPositive();
        assertThat(rate.admits(0)).isFalse();
        assertThat(rate.untilFull()).isPositive();
    }

    /** Against the algorithm's own words: over any span of t minutes, no more than limit × (1 + t). */
    @Test
    void admissionsWhenAtRandomTimesNeverPassTheBound() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            long limit = 1 + random.nextInt(50);
            Gcra rate = new Gcra(limit, 0);
            long micros = 0;
            long admitted = 0;
            for (int i = 0; i < 200; i++) {
                long step = random.nextInt(3_000_000);
                micros += step;
                rate = rate.after(Duration.ofNanos(step * 1_000));
                long cost = 1 + random.nextInt(3);
                if (rate.admits(cost)) {
                    rate = rate.with(cost);
                    admitted += cost;
                } else if (cost == 1) {
                    assertThat(admitted * Gcra.UNIT + Gcra.UNIT)
                            .as("seed %d: nothing is refused while a whole one is left", SEED)
                            .isGreaterThan(limit * Gcra.UNIT);
                }
                assertThat(admitted * Gcra.UNIT).as("seed %d", SEED).isLessThanOrEqualTo(limit * (Gcra.UNIT + micros));
            }
        }
    }
}
