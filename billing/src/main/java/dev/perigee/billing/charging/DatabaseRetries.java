package dev.perigee.billing.charging;

import java.time.Duration;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** When a transaction is tried again: where the database was away, a connection broke, or the reply to a commit was lost. */
final class DatabaseRetries {

    private static final Duration FIRST_DELAY = Duration.ofMillis(50);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private DatabaseRetries() {}

    /** Again and again, for as long as this; not once more where that is zero. */
    static RetryPolicy lasting(Duration deadline) {
        if (deadline.isZero()) { // a policy's timeout of zero would be none
            return whileDatabaseIsAway().maxRetries(0).build();
        }
        return whileDatabaseIsAway()
                .maxRetries(Long.MAX_VALUE)
                .timeout(deadline)
                .delay(FIRST_DELAY)
                .multiplier(2)
                .maxDelay(LONGEST_DELAY)
                .build();
    }

    /** Once more, on another connection. */
    static RetryPolicy once() {
        return whileDatabaseIsAway().maxRetries(1).delay(Duration.ZERO).build();
    }

    private static RetryPolicy.Builder whileDatabaseIsAway() {
        return RetryPolicy.builder()
                .includes(
                        TransientDataAccessException.class,
                        RecoverableDataAccessException.class,
                        DataAccessResourceFailureException.class,
                        TransactionException.class);
    }
}
