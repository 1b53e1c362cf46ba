package dev.perigee.billing.batch;

import dev.perigee.billing.isolation.RowScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does in one go what several threads want at the same time: whoever comes first does it for itself at once, and whoever comes meanwhile waits;
 * the first of those then does it for all of them. So they share statements, a transaction and a wait for the disk, and nobody waits for others
 * to come.
 *
 * <p>Where doing it together fails, each does its own alone: none fails for another's fault.
 *
 * <p>Those of one scope are served in it, those of several in the platform's, which covers all.
 *
 * <p>Threads: safe; it has none of its own. One at a time does the work.
 * A subclass may let callers meet in another way; what becomes of those who met is decided here alone.
 *
 * @param <Q> what is wanted
 * @param <A> what becomes of it
 */
public class Gathering<Q, A> {

    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

    private final Work<Q, A> work;
    private final int mostTogether;
    private final Deque<Wish<Q, A>> waiting = new ArrayDeque<>();
    private boolean led;

    /** What is done. */
    public interface Work<Q, A> {

        /** Does it for all, whose keys differ, or for none; their answers in the same order. */
        List<A> together(List<Q> wanted);

        /** Does it for one, for whom it may have been done already by a call of {@link #together} that failed. */
        A alone(Q wanted);
    }

    /** What {@link Work#together} throws where one of them cannot be served with the others. */
    public static final class ApartException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        /** @param message which one and why */
        public ApartException(String message) {
            super(message);
        }
    }

    private static final class Wish<Q, A> {
        final String key;
        final Q wanted;
        final @Nullable RowScope scope = RowScope.current();
        /** How its own thread comes to its answer, once that is known. */
        final CompletableFuture<Supplier<A>> way = new CompletableFuture<>();

        Wish(String key, Q wanted) {
            this.key = key;
            this.wanted = wanted;
        }
    }

    /** @param mostTogether the most that is done in one go; at least 1 */
    public Gathering(Work<Q, A> work, int mostTogether) {
        if (mostTogether < 1) {
            throw new IllegalArgumentException("mostTogether is " + mostTogether + ", must be at least 1");
        }
        this.work = work;
        this.mostTogether = mostTogether;
    }

    /**
     * Does what is wanted, alone or with others; returns when it is done.
     *
     * @param key two wishes of one key are never served in one go
     */
    public A ask(String key, Q wanted) {
        Wish<Q, A> wish = new Wish<>(key, wanted);
        enter(wish);
        return wish.way.join().get();
    }

    private synchronized void enter(Wish<Q, A> wish) {
        if (led) {
            waiting.add(wish);
        } else {
            led = true;
            wish.way.complete(() -> lead(wish));
        }
    }

    private A lead(Wish<Q, A> first) {
        List<Wish<Q, A>> all = gather(first);
        Supplier<A> own;
        try {
            own = serve(all);
        } finally {
            all.forEach(each ->
                    each.way.complete(() -> work.alone(each.wanted))); // says nothing new to those that know theirs
            handOver();
        }
        return own.get();
    }

    private synchronized List<Wish<Q, A>> gather(Wish<Q, A> first) {
        List<Wish<Q, A>> gathered = new ArrayList<>(List.of(first));
        Set<String> keys = new HashSet<>(Set.of(first.key));
        Iterator<Wish<Q, A>> others = waiting.iterator();
        while (others.hasNext() && gathered.size() < mostTogether) {
            Wish<Q, A> next = others.next();
            if (keys.add(next.key)) {
                gathered.add(next);
                others.remove();
            }
        }
        return gathered;
    }

    /** Serves them in the first one's scope where that is everybody's; returns how the first one comes to its answer. */
    private Supplier<A> serve(List<Wish<Q, A>> all) {
        List<Q> wanted = all.stream().map(wish -> wish.wanted).toList();
        RowScope own = all.getFirst().scope;
        boolean shared = all.stream().allMatch(wish -> Objects.equals(wish.scope, own));
        List<Supplier<A>> ways =
                shared ? together(wanted) : RowScope.ofPlatform().call(() -> together(wanted));
        for (int i = 0; i < ways.size(); i++) {
            all.get(i).way.complete(ways.get(i));
        }
        return ways.getFirst();
    }

    /** Does it for all in one go; returns how each comes to its answer: it is there, or each must do its own alone. */
    protected final List<Supplier<A>> together(List<Q> wanted) {
        try {
            return work.together(wanted).stream()
                    .<Supplier<A>>map(answer -> () -> answer)
                    .toList();
        } catch (RuntimeException e) {
            if (wanted.size() == 1) {
                throw e;
            }
            LOG.debug("{} charges could not be written together, each is written alone", wanted.size(), e);
            return wanted.stream()
                    .<Supplier<A>>map(each -> () -> work.alone(each))
                    .toList();
        }
    }

    private synchronized void handOver() {
        Wish<Q, A> next = waiting.poll();
        if (next == null) {
            led = false;
        } else {
            next.way.complete(() -> lead(next));
        }
    }
}
