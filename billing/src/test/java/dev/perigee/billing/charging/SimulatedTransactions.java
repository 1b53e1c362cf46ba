package dev.perigee.billing.charging;

import java.util.function.Supplier;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Real transactions whose outcomes follow a script. */
final class SimulatedTransactions implements PlatformTransactionManager {

    private final PlatformTransactionManager real;
    private final Supplier<SimulatedOutcome> script;
    private final Runnable atKill;
    private SimulatedOutcome outcome = SimulatedOutcome.OK;

    /** The process is gone; nothing of it may run on. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** @param atKill runs at the moment of a kill, before anything unwinds */
    SimulatedTransactions(PlatformTransactionManager real, Supplier<SimulatedOutcome> script, Runnable atKill) {
        this.real = real;
        this.script = script;
        this.atKill = atKill;
    }

    @Override
    public TransactionStatus getTransaction(TransactionDefinition definition) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            outcome = script.get();
            if (outcome == SimulatedOutcome.AWAY) {
                throw new CannotCreateTransactionException("the database is away");
            }
        }
        return real.getTransaction(definition);
    }

    @Override
    public void commit(TransactionStatus status) {
        if (!status.isNewTransaction()) {
            real.commit(status);
            return;
        }
        switch (outcome) {
            case OK, AWAY -> real.commit(status);
            case LOST_BEFORE_COMMIT -> {
                real.rollback(status);
                throw new TransactionSystemException("the connection broke");
            }
            case LOST_AFTER_COMMIT -> {
                real.commit(status);
                throw new TransactionSystemException("the reply was lost");
            }
            case ABORTED -> {
                real.rollback(status);
                throw new CannotAcquireLockException("deadlock detected");
            }
            case KILLED_BEFORE_COMMIT -> {
                real.rollback(status);
                throw killed();
            }
            case KILLED_AFTER_COMMIT -> {
                real.commit(status);
                throw killed();
            }
        }
    }

    private Killed killed() {
        atKill.run();
        return new Killed();
    }

    @Override
    public void rollback(TransactionStatus status) {
        real.rollback(status);
    }
}
