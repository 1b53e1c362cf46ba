package dev.perigee.engine.scheduler;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.model.StepPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides which sequences compute how many tokens next.
 *
 * <p>There are no phases: each running sequence catches up its tokens, one where it is answering, many where its prompt is new or
 * its pages were taken. Turns are fair between keys (see {@link FairShares}) and first come, first served within one. A key that has
 * had {@value #LEAD} more than the least served one rests, so that the number of its sequences wins it nothing.
 *
 * <p>A sequence that may not draw its next token before a grant is parked: it keeps its pages, has no place and no turn, and its key earns
 * nothing meanwhile.
 *
 * <p>A sequence that answers alone may have guesses computed with its newest token (see {@link Speculation}); in company the weights are
 * read once for all anyway.
 *
 * <p>Where pages run out, the youngest sequences give theirs up and compute again later; the oldest always goes on.
 *
 * <p>Threads: the engine's thread only.
 */
final class Scheduler {

    /** How far a key may be ahead of the least served one, in what is charged. */
    static final int LEAD = 64;

    /** A token of an answer costs more than one of a prompt, which shares the reading of the weights with its neighbours. */
    static final int ANSWER_COST = 2;

    private static final Comparator<Sequence> OLDEST_FIRST = Comparator.comparingLong(Sequence::arrival);

    private final KvCache cache;
    private final SchedulerBounds bounds;
    private final FairShares shares = new FairShares();
    private final List<Sequence> waiting = new ArrayList<>();
    private final List<Sequence> running = new ArrayList<>();
    private final List<Sequence> parked = new ArrayList<>();
    private long arrivals;

    Scheduler(KvCache cache, SchedulerBounds bounds) {
        this.cache = cache;
        this.bounds = bounds;
    }

    void add(Sequence sequence) {
        sequence.arrivedAs(arrivals++);
        shares.enter(sequence.scheduling());
        waiting.add(sequence);
    }

    /** Takes a sequence that has ended out and its pages back at once. */
    void remove(Sequence sequence) {
        if (running.remove(sequence) || waiting.remove(sequence)) {
            shares.leave(sequence.scheduling());
            sequence.release(cache);
        } else if (parked.remove(sequence)) {
            sequence.release(cache);
        }
    }

    int waiting() {
        return waiting.size();
    }

    int running() {
        return running.size();
    }

    /** All that wait, run or are parked. */
    List<Sequence> all() {
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        all.addAll(parked);
        return all;
    }

    /** The next step; empty where nothing can compute. */
    Step plan() {
        unparkGranted();
        park(running);
        park(waiting);
        growRunning();
        while (running.size() < bounds.maxRunning() && admitNext()) {
            // one by one, each changes whose turn it is
        }
        makeRoomForAbsentKeys();
        park(running); // those whose whole prompt was found computed
        return compose();
    }

    private void unparkGranted() {
        for (Sequence sequence : List.copyOf(parked)) {
            if (sequence.computable() > 0) {
                parked.remove(sequence);
                shares.enter(sequence.scheduling());
                waiting.add(sequence);
            }
        }
    }

    private void park(List<Sequence> sequences) {
        for (Sequence sequence : List.copyOf(sequences)) {
            if (sequence.computable() == 0) {
                sequences.remove(sequence);
                shares.leave(sequence.scheduling());
                parked.add(sequence);
                sequence.answer().park();
            }
        }
    }

    /** Every running sequence needs a place for its newest token; the oldest are served first. */
    private void growRunning() {
        List<Sequence> oldestFirst = new ArrayList<>(running);
        oldestFirst.sort(OLDEST_FIRST);
        for (Sequence sequence : oldestFirst) {
            while (running.contains(sequence) && !sequence.reserve(cache)) {
                takePagesOf(youngestHolder(sequence));
            }
        }
    }

    private Sequence youngestHolder(Sequence otherwise) {
        return Stream.concat(waiting.stream(), parked.stream())
                .filter(Sequence::holdsPages)
                .max(OLDEST_FIRST)
                .or(() -> running.stream().max(OLDEST_FIRST))
                .orElse(otherwise);
    }

    private void takePagesOf(Sequence sequence) {
        sequence.release(cache);
        if (running.remove(sequence)) {
            waiting.add(sequence);
        }
    }

    private boolean admitNext() {
        Optional<Sequence> next = waiting.stream().min(turns());
        if (next.isEmpty() || !next.get().reserve(cache)) {
            return false;
        }
        waiting.remove(next.get());
        running.add(next.get());
        return true;
    }

    private Comparator<Sequence> turns() {
        return Comparator.<Sequence>comparingDouble(sequence -> shares.served(sequence.scheduling()))
                .thenComparing(OLDEST_FIRST);
    }

    /** A key with fewer places than its part takes those of a key with more; who gives way keeps its pages and waits. */
    private void makeRoomForAbsentKeys() {
        int part = Math.max(1, bounds.maxRunning() / Math.max(1, shares.activeKeys()));
        waiting.sort(turns());
        for (Sequence candidate : List.copyOf(waiting)) {
            if (running.size() < bounds.maxRunning() || places(candidate) >= part) {
                continue;
            }
            Optional<Sequence> victim =
                    running.stream().filter(sequence -> places(sequence) > part).max(OLDEST_FIRST);
            if (victim.isPresent() && candidate.reserve(cache)) {
                exchange(victim.get(), candidate);
            }
        }
    }

    private long places(Sequence sequence) {
        String key = sequence.scheduling().key();
        return running.stream()
                .filter(other -> other.scheduling().key().equals(key))
                .count();
    }

    private void exchange(Sequence victim, Sequence candidate) {
        running.remove(victim);
        waiting.remove(candidate);
        waiting.add(victim);
        running.add(candidate);
    }

    /** Answers first, one token each, then prompts with what is left of the step. */
    private Step compose() {
        List<Sequence> turns = new ArrayList<>(running);
        turns.sort(turns());
        List<StepPlan.Slice> slices = new ArrayList<>();
        List<Sequence> chosen = new ArrayList<>();
        int left = bounds.stepTokens();
        for (boolean answering : new boolean[] {true, false}) {
            for (Sequence sequence : turns) {
                if (left == 0 || answering != (sequence.pending() == 1) || rests(sequence)) {
                    continue;
                }
                int count = Math.min(left, sequence.computable());
                left -= count;
                slices.add(sequence.slice(count));
                chosen.add(sequence);
                shares.charge(sequence.scheduling(), answering ? ANSWER_COST * count : count);
            }
        }
        if (chosen.size() == 1
                && running.size() == 1
                && waiting.isEmpty()
                && chosen.getFirst().pending() == 1) {
            int most = Math.min(left, bounds.guessedTokens());
            slices.set(0, chosen.getFirst().guessingSlice(cache, most));
        }
        return new Step(new StepPlan(slices), chosen);
    }

    /** A guess was right: the sequence has one token of its answer more from the step. */
    void chargeGuessed(Sequence sequence) {
        shares.charge(sequence.scheduling(), ANSWER_COST);
    }

    private boolean rests(Sequence sequence) {
        double least = Double.MAX_VALUE;
        for (Sequence other : running) {
            least = Math.min(least, shares.served(other.scheduling()));
        }
        return shares.served(sequence.scheduling()) > least + (double) LEAD;
    }
}
