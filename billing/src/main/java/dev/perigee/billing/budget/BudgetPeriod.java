package dev.perigee.billing.budget;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;

/** How long a budget lasts before it begins anew. The stored word is the name in lower case. */
public enum BudgetPeriod {
    /** For ever. */
    TOTAL,
    /** A day of the calendar, of 23 to 25 hours where clocks are changed. */
    DAY,
    /** A month of the calendar. */
    MONTH;

    /** The word that is stored and sent: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The period of this stored word. */
    public static BudgetPeriod ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The period that this moment belongs to. */
    BudgetWindow windowAt(Instant moment, ZoneId timeZone) {
        LocalDate day = moment.atZone(timeZone).toLocalDate();
        return switch (this) {
            case TOTAL -> BudgetWindow.ALL_TIME;
            case DAY -> between(day, day.plusDays(1), timeZone);
            case MONTH -> between(day.withDayOfMonth(1), day.withDayOfMonth(1).plusMonths(1), timeZone);
        };
    }

    private static BudgetWindow between(LocalDate first, LocalDate next, ZoneId timeZone) {
        return new BudgetWindow(
                first.atStartOfDay(timeZone).toInstant(),
                next.atStartOfDay(timeZone).toInstant());
    }
}
