package dev.perigee.billing.charging;

import dev.perigee.billing.batch.Gathering;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The transactions that charges are written in, and how many charges of the same time may share one. */
public class SharedTransactions {

    private final PlatformTransactionManager transactions;
    private final int mostTogether;

    /** @param mostTogether the most charges that share one; at least 1 */
    public SharedTransactions(PlatformTransactionManager transactions, int mostTogether) {
        this.transactions = transactions;
        this.mostTogether = mostTogether;
    }

    /** The most charges that share one. */
    public int mostTogether() {
        return mostTogether;
    }

    TransactionTemplate template() {
        return new TransactionTemplate(transactions);
    }

    /** Those who want this at the same time, as many as may share a transaction. */
    <Q, A> Gathering<Q, A> gathering(Gathering.Work<Q, A> work) {
        return new Gathering<>(work, mostTogether);
    }
}
