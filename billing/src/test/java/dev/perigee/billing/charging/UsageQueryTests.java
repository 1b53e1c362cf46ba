package dev.perigee.billing.charging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Currency;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UsageQueryTests {

    @Test
    void daysWhenZoneIsBehindUtcBeginTheDayBefore() {
        assertThat(byDay("America/New_York", "2026-11-25T03:00:00Z", "2026-11-25T06:00:00Z")
                        .days())
                .containsExactly(LocalDate.of(2026, 11, 24), LocalDate.of(2026, 11, 25));
    }

    @Test
    void daysWhenEndIsMidnightLeaveThatDayOut() {
        assertThat(byDay("UTC", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z").days())
                .containsExactly(LocalDate.of(2026, 11, 25));
    }

    @Test
    void daysWhenNothingIsAskedAreNone() {
        assertThat(byDay("UTC", "2026-11-25T00:00:00Z", "2026-11-25T00:00:00Z").days())
                .isEmpty();
    }

    @Test
    void queryWhenTimesAreInWrongOrderNamesBoth() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byDay("UTC", "2026-11-26T00:00:00Z", "2026-11-25T00:00:00Z"))
                .withMessage("from is 2026-11-26T00:00:00Z, must not be after to, which is 2026-11-25T00:00:00Z");
    }

    @Test
    void queryWhenTooLongByDayIsRefusedAndAllowedOtherwise() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byDay("UTC", "1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z"))
                .withMessageContaining("at most 3660 days");
        assertThat(query("UTC", "1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z", Set.of(UsageDimension.MODEL))
                        .days())
                .isEmpty();
    }

    @Test
    void queryWhenTimeIsBeyondTheCalendarIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> query("UTC", Instant.MIN.toString(), "2026-01-01T00:00:00Z", Set.of()));
    }

    private static UsageQuery byDay(String zone, String from, String to) {
        return query(zone, from, to, Set.of(UsageDimension.DAY));
    }

    private static UsageQuery query(String zone, String from, String to, Set<UsageDimension> groupBy) {
        return new UsageQuery(
                UUID.randomUUID(),
                Currency.getInstance("USD"),
                ZoneId.of(zone),
                Instant.parse(from),
                Instant.parse(to),
                groupBy);
    }
}
