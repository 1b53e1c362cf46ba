package dev.perigee.billing.charging;

import dev.perigee.billing.budget.JdbcBudgets;
import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.ledger.JdbcReservations;
import dev.perigee.billing.metering.JdbcEngineCounts;
import dev.perigee.billing.metering.JdbcUsageRecords;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Everything that a charge is written to, in one transaction.
 *
 * @param budgets what may be spent
 * @param reservations what is held
 * @param usageRecords what was used
 * @param ledger what is owed
 * @param engineCounts what was computed
 * @param idempotencyKeys which requests may not be repeated
 */
public record ChargingTables(
        JdbcBudgets budgets,
        JdbcReservations reservations,
        JdbcUsageRecords usageRecords,
        JdbcLedger ledger,
        JdbcEngineCounts engineCounts,
        JdbcIdempotencyKeys idempotencyKeys) {

    /** The tables behind these connections. */
    public static ChargingTables over(JdbcClient jdbc, PlatformTransactionManager transactions) {
        JdbcReservations reservations = new JdbcReservations(jdbc);
        return new ChargingTables(
                new JdbcBudgets(jdbc, transactions),
                reservations,
                new JdbcUsageRecords(jdbc),
                new JdbcLedger(jdbc),
                new JdbcEngineCounts(jdbc, transactions),
                new JdbcIdempotencyKeys(jdbc, reservations));
    }
}
