package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;

class LostDatabaseIntegrationTests {

    private static final MeasuredUsage USAGE = new MeasuredUsage(10, 0, 5, 0);

    private static BillingDatabase database;
    private static ProcessLease lease;

    @BeforeAll
    static void open() {
        database = new BillingDatabase(3);
        lease = database.lease(Duration.ofHours(1));
        lease.start();
        database.priceBooks.ensure("moonlet", RATE);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void settleWhenTheReplyToItsCommitIsLostBillsOnce() {
        reserve("reply-lost");
        FailingTransactions transactions = new FailingTransactions(2, true);
        assertThat(database.charging(lease, transactions).settle("reply-lost", USAGE, RequestOutcome.COMPLETED))
                .isEqualTo(new Settlement.AlreadySettled("reply-lost"));
        assertThat(posted("reply-lost")).isEqualTo(1);
    }

    @Test
    void settleWhenTheDatabaseComesBackBillsOnce() {
        reserve("came-back");
        FailingTransactions transactions = new FailingTransactions(3, false);
        assertThat(database.charging(lease, transactions).settle("came-back", USAGE, RequestOutcome.COMPLETED))
                .isEqualTo(new Settlement.Settled(RATE.cost(USAGE)));
        assertThat(posted("came-back")).isEqualTo(1);
    }

    @Test
    void settleWhenItMayNotWaitForTheDatabaseFailsAtOnce() {
        reserve("no-wait");
        FailingTransactions transactions = new FailingTransactions(2, false); // the first is the engine's count
        Settling settling = new Settling(database.tables, BillingDatabase.shared(transactions), Duration.ZERO);
        assertThatExceptionOfType(TransactionException.class)
                .isThrownBy(() -> settling.settle(database.journal(lease), "no-wait", USAGE, RequestOutcome.COMPLETED));
        assertThat(posted("no-wait")).isZero();
    }

    @Test
    void settleWhenItsConnectionIsCutTriesOnAnother() {
        reserve("cut");
        database.jdbc
                .sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()")
                .query(Long.class)
                .single();
        assertThat(database.charging(lease).settle("cut", USAGE, RequestOutcome.COMPLETED))
                .isEqualTo(new Settlement.Settled(RATE.cost(USAGE)));
    }

    @Test
    void settleWhenTheFaultIsNotTheDatabasesFailsAtOnce() {
        reserve("fault");
        database.jdbc.sql("ALTER TABLE billing.usage RENAME TO usage_away").update();
        try {
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> database.charging(lease).settle("fault", USAGE, RequestOutcome.COMPLETED));
        } finally {
            database.jdbc.sql("ALTER TABLE billing.usage_away RENAME TO usage").update();
        }
        assertThat(database.charging(lease).settle("fault", USAGE, RequestOutcome.COMPLETED))
                .isInstanceOf(Settlement.Settled.class);
    }

    private static void reserve(String id) {
        assertThat(database.charging(lease).reserve(new ChargeRequest(id, newTenant(), "moonlet", 10, 10)))
                .isInstanceOf(Admission.Admitted.class);
    }

    private static long posted(String id) {
        return database.number("SELECT count(*) FROM billing.usage JOIN billing.ledger_transaction USING (request_id)"
                + " WHERE request_id = '" + id + "'");
    }

    /** Transactions whose first commits fail, before or after they reached the database. */
    private static final class FailingTransactions implements PlatformTransactionManager {

        private final boolean committed;
        private int failures;

        FailingTransactions(int failures, boolean committed) {
            this.failures = failures;
            this.committed = committed;
        }

        @Override
        public TransactionStatus getTransaction(TransactionDefinition definition) throws TransactionException {
            return database.transactions.getTransaction(definition);
        }

        @Override
        public void commit(TransactionStatus status) throws TransactionException {
            if (failures-- <= 0) {
                database.transactions.commit(status);
                return;
            }
            if (committed) {
                database.transactions.commit(status);
            } else {
                database.transactions.rollback(status);
            }
            throw new TransactionSystemException("the connection was lost");
        }

        @Override
        public void rollback(TransactionStatus status) throws TransactionException {
            database.transactions.rollback(status);
        }
    }
}
