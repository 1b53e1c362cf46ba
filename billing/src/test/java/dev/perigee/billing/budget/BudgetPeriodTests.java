package dev.perigee.billing.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetPeriodTests {

    private static final long SEED = 20261126;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # period | zone | moment | start | end
            DAY   | UTC              | 2026-11-26T00:00:00Z      | 2026-11-26T00:00:00Z | 2026-11-27T00:00:00Z
            DAY   | UTC              | 2026-11-25T23:59:59.999Z  | 2026-11-25T00:00:00Z | 2026-11-26T00:00:00Z
            DAY   | Europe/Oslo      | 2026-03-29T12:00:00Z      | 2026-03-28T23:00:00Z | 2026-03-29T22:00:00Z
            DAY   | Europe/Oslo      | 2026-10-25T12:00:00Z      | 2026-10-24T22:00:00Z | 2026-10-25T23:00:00Z
            DAY   | America/Santiago | 2026-09-06T12:00:00Z      | 2026-09-06T04:00:00Z | 2026-09-07T03:00:00Z
            DAY   | America/Havana   | 2026-11-01T04:30:00Z      | 2026-11-01T04:00:00Z | 2026-11-02T05:00:00Z
            DAY   | America/Havana   | 2026-11-01T05:30:00Z      | 2026-11-01T04:00:00Z | 2026-11-02T05:00:00Z
            DAY   | Asia/Kathmandu   | 2026-01-01T18:14:59Z      | 2025-12-31T18:15:00Z | 2026-01-01T18:15:00Z
            MONTH | UTC              | 2028-02-29T23:59:59Z      | 2028-02-01T00:00:00Z | 2028-03-01T00:00:00Z
            MONTH | Europe/Oslo      | 2026-03-31T21:59:59Z      | 2026-02-28T23:00:00Z | 2026-03-31T22:00:00Z
            MONTH | Europe/Oslo      | 2026-03-31T22:00:00Z      | 2026-03-31T22:00:00Z | 2026-04-30T22:00:00Z
            MONTH | Pacific/Apia     | 2026-12-31T11:00:00Z      | 2026-12-31T11:00:00Z | 2027-01-31T11:00:00Z
            TOTAL | Europe/Oslo      | 2026-03-31T22:00:00Z      | 1970-01-01T00:00:00Z | 9999-01-01T00:00:00Z
            """)
    void windowWhenAskedIsTheCalendars(BudgetPeriod period, ZoneId zone, Instant moment, Instant start, Instant end) {
        assertThat(period.windowAt(moment, zone)).isEqualTo(new BudgetWindow(start, end));
    }

    /** Every moment lies in its window, and the window of its first and last moment is the same one. */
    @Test
    void windowsWhenOfAnyZoneCoverAllTimeWithoutOverlap() {
        Random random = new Random(SEED);
        Set<String> zones = new TreeSet<>(ZoneId.getAvailableZoneIds());
        for (String name : zones) {
            ZoneId zone = ZoneId.of(name);
            for (int i = 0; i < 200; i++) {
                Instant moment = Instant.ofEpochSecond(1_700_000_000L + random.nextInt(400_000_000));
                for (BudgetPeriod period : BudgetPeriod.values()) {
                    BudgetWindow window = period.windowAt(moment, zone);
                    assertThat(window.start()).as("seed %d, %s", SEED, name).isBeforeOrEqualTo(moment);
                    assertThat(window.end()).as("seed %d, %s", SEED, name).isAfter(moment);
                    assertThat(period.windowAt(window.start(), zone)).isEqualTo(window);
                    assertThat(period.windowAt(window.end().minusNanos(1), zone))
                            .isEqualTo(window);
                    if (period == BudgetPeriod.DAY) {
                        assertThat(Duration.between(window.start(), window.end()))
                                .isBetween(Duration.ofHours(22), Duration.ofHours(26));
                    }
                }
            }
        }
    }
}
