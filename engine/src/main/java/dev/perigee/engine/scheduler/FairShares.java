package dev.perigee.engine.scheduler;

import dev.perigee.engine.generation.GenerationRequest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each scheduling key has had: what its tokens cost, over its weight. The key that has had least goes first.
 *
 * <p>A key that comes (back) starts at what the least served active key has had, so that idleness earns nothing; it keeps what it
 * had where that is more, so that leaving earns nothing either.
 *
 * <p>Source: virtual token counter (Sheng et al., Fairness in Serving Large Language Models, 2024).
 */
final class FairShares {

    private final Map<String, Share> shares = new HashMap<>();

    /** A sequence of this key begins. */
    void enter(GenerationRequest.Scheduling scheduling) {
        double least = least();
        Share share = shares.computeIfAbsent(scheduling.key(), key -> new Share());
        if (share.sequences == 0) {
            share.served = Math.max(share.served, least);
        }
        share.sequences++;
        forgetIdleBelow(least);
    }

    /** A sequence of this key has ended. */
    void leave(GenerationRequest.Scheduling scheduling) {
        of(scheduling).sequences--;
    }

    /** Something was computed for this key. */
    void charge(GenerationRequest.Scheduling scheduling, int cost) {
        of(scheduling).served += (double) cost / scheduling.weight();
    }

    /** What this key has had. */
    double served(GenerationRequest.Scheduling scheduling) {
        return of(scheduling).served;
    }

    /** How many keys have sequences. */
    int activeKeys() {
        int active = 0;
        for (Share share : shares.values()) {
            active += share.sequences > 0 ? 1 : 0;
        }
        return active;
    }

    private double least() {
        double least = Double.MAX_VALUE;
        for (Share share : shares.values()) {
            least = share.sequences > 0 ? Math.min(least, share.served) : least;
        }
        return least == Double.MAX_VALUE ? 0 : least;
    }

    private void forgetIdleBelow(double least) {
        shares.values().removeIf(share -> share.sequences == 0 && share.served <= least);
    }

    private Share of(GenerationRequest.Scheduling scheduling) {
        @Nullable Share share = shares.get(scheduling.key());
        if (share == null) {
            throw new AssertionError("key \"" + scheduling.key() + "\" has no sequence");
        }
        return share;
    }

    private static final class Share {
        private double served;
        private int sequences;
    }
}
