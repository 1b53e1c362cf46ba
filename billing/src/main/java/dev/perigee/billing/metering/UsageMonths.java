package dev.perigee.billing.metering;

import dev.perigee.billing.isolation.RowScope;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Opens the months of the usage table ahead of time, at the start and each day. A month that was not opened is written all the same, beside
 * the others.
 *
 * <p>Threads: one of its own, between {@link #start} and {@link #close}.
 */
public final class UsageMonths implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UsageMonths.class);

    private final JdbcClient jdbc;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("usage-months").daemon().factory());

    public UsageMonths(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Opens what is missing now, and from now on. */
    public void start() {
        timer.scheduleWithFixedDelay(this::openOrWarn, 0, 1, TimeUnit.DAYS);
    }

    @Override
    public void close() {
        timer.shutdown();
    }

    /** Opens this month and the next three, where they are not; returns how many it opened. */
    int open() {
        return jdbc.sql("SELECT billing.open_usage_months()")
                .query(Integer.class)
                .single();
    }

    private void openOrWarn() {
        try {
            int opened = RowScope.ofPlatform().call(this::open);
            if (opened > 0) {
                LOG.info("Opened {} months of the usage table", opened);
            }
        } catch (DataAccessException e) {
            LOG.warn(
                    "The next months of the usage table could not be opened; tried again tomorrow: {}", e.getMessage());
        }
    }
}
