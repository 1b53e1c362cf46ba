package dev.perigee.billing.charging;

import dev.perigee.billing.batch.Gathering;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that are shared on one thread, in an order that is always the same: whoever asks lets the others come before it goes on, and the
 * last one who asks does it for all.
 */
final class SimulatedSharing extends SharedTransactions {

    private static final int MOST_TOGETHER = 64;

    private final Deque<Runnable> coming = new ArrayDeque<>();
    private int shared;

    SimulatedSharing(SimulatedTransactions transactions) {
        super(transactions, MOST_TOGETHER);
    }

    /** Runs steps as if each had a thread of its own and all came at the same moment. */
    void atOnce(List<Runnable> steps) {
        coming.addAll(steps);
        letCome();
    }

    private void letCome() {
        while (!coming.isEmpty()) {
            coming.remove().run();
        }
    }

    /** How often something was done for more than one. */
    int shared() {
        return shared;
    }

    @Override
    <Q, A> Gathering<Q, A> gathering(Gathering.Work<Q, A> work) {
        return new OnOneThread<>(work);
    }

    /** Those who ask at the same moment. */
    private static final class Crowd<Q, A> {
        final List<Q> wanted = new ArrayList<>();

        @Nullable
        List<Supplier<A>> ways;
    }

    private final class OnOneThread<Q, A> extends Gathering<Q, A> {
        private Crowd<Q, A> present = new Crowd<>();

        OnOneThread(Work<Q, A> work) {
            super(work, MOST_TOGETHER);
        }

        @Override
        public A ask(String key, Q wanted) {
            Crowd<Q, A> own = present;
            own.wanted.add(wanted);
            int place = own.wanted.size() - 1;
            letCome();
            if (own.ways == null) {
                present = new Crowd<>();
                shared += own.wanted.size() > 1 ? 1 : 0;
                own.ways = together(own.wanted);
            }
            return own.ways.get(place).get();
        }
    }
}
