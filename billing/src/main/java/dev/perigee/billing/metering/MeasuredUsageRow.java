package dev.perigee.billing.metering;

import dev.perigee.billing.batch.Rows;
import java.util.function.Function;

/** How tokens are written to the columns of many rows. */
public final class MeasuredUsageRow {

    private MeasuredUsageRow() {}

    /** The columns {@code uncachedInput}, {@code cachedInput}, {@code output} and {@code reasoning}. */
    public static <T> Rows<T> columns(Rows<T> rows, Function<T, MeasuredUsage> usage) {
        return rows.numbers("uncachedInput", row -> usage.apply(row).uncachedInput())
                .numbers("cachedInput", row -> usage.apply(row).cachedInput())
                .numbers("output", row -> usage.apply(row).output())
                .numbers("reasoning", row -> usage.apply(row).reasoning());
    }
}
