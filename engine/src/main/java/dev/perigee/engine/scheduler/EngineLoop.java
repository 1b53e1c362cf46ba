package dev.perigee.engine.scheduler;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.model.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The one thread that owns all sequences: takes new ones in, plans, computes, has tokens drawn ({@link StepDraws}). It waits for nobody, and ends those
 * whose time is over (see {@link TimeLimits}) before each step, or when it is over while there is nothing to compute. What loading put off
 * is done while there is nothing to compute, and after a step for as long as the step took.
 *
 * <p>Errors: a step that fails ends the sequences in it, the loop goes on; where the machine itself fails (an {@link Error}), all
 * end and nothing more is taken on.
 *
 * <p>Threads: public methods from any thread.
 */
public final class EngineLoop implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());
    private static final double NANOS = 1e9;

    private final LanguageModel model;
    private final KvCache cache;
    private final Scheduler scheduler;
    private final LongSupplier clock;
    private final int maxLive;
    private final int maxRunning;
    private final StepDraws draws;
    private final Thread thread;
    private final AtomicInteger live = new AtomicInteger();
    private final AtomicLong promptTokens = new AtomicLong();
    private volatile int running;

    private final Object monitor = new Object();
    private final List<Sequence> arrived = new ArrayList<>();
    private boolean signalled;
    private volatile boolean closing;

    /**
     * A loop that is not started yet.
     *
     * @param model computes; stays the caller's to close, after the loop
     * @param cache of this model; stays the caller's too
     * @param maxWaiting sequences that are taken on beyond those that run
     */
    public EngineLoop(LanguageModel model, KvCache cache, SchedulerBounds bounds, int maxWaiting) {
        this(model, cache, bounds, maxWaiting, System::nanoTime);
    }

    /**
     * A loop with a clock of its own.
     *
     * @param clock nanoseconds since some moment
     */
    EngineLoop(LanguageModel model, KvCache cache, SchedulerBounds bounds, int maxWaiting, LongSupplier clock) {
        this.model = model;
        this.cache = cache;
        this.clock = clock;
        this.scheduler = new Scheduler(cache, bounds);
        this.maxRunning = bounds.maxRunning();
        this.maxLive = Math.addExact(bounds.maxRunning(), maxWaiting);
        this.draws = new StepDraws(scheduler, cache, bounds, model.vocabularySize(), this::retire);
        this.thread = Thread.ofPlatform().name("perigee-engine").daemon(true).unstarted(this::run);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /**
     * Refuses where nothing more is taken on; a cheap question before the work of making a sequence.
     *
     * @throws RequestRejectedException where the loop is closed or full
     */
    public void requireRoom() {
        if (closing) {
            throw new RequestRejectedException(new Rejection.Closed());
        }
        int now = live.get();
        if (now >= maxLive) {
            throw new RequestRejectedException(new Rejection.QueueFull(now - maxRunning));
        }
    }

    /**
     * Takes a sequence on.
     *
     * @throws RequestRejectedException where the loop is closed or full
     */
    public void submit(Sequence sequence) {
        synchronized (monitor) {
            requireRoom();
            live.incrementAndGet();
            promptTokens.addAndGet(sequence.answer().promptTokens());
            sequence.answer().mailbox().onWord(this::signal);
            sequence.submittedAt(clock.getAsLong());
            sequence.answer().start();
            arrived.add(sequence);
            signal();
        }
    }

    /** Sequences that wait for their turn to run. */
    public int waiting() {
        return Math.max(0, live.get() - running);
    }

    /** Sequences that run. */
    public int running() {
        return running;
    }

    /** Prompt tokens of all sequences ever taken on. */
    public long promptTokens() {
        return promptTokens.get();
    }

    /** Tokens drawn for all sequences ever taken on. */
    public long generatedTokens() {
        return draws.tokens();
    }

    /** Ends what runs and waits, each with a terminal event, and the thread. */
    @Override
    public void close() {
        closing = true;
        signal();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        endAll();
        draws.close();
    }

    private void signal() {
        synchronized (monitor) {
            signalled = true;
            monitor.notifyAll();
        }
    }

    private void run() {
        try {
            boolean idle = false;
            while (!closing) {
                takeArrived(idle);
                endAsTold();
                long stepNanos = turn();
                idle = !loadMore(stepNanos) && stepNanos == 0;
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.ERROR, "The engine's thread was interrupted; the engine closes.", e);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The engine cannot go on and closes.", e);
        } finally {
            closing = true;
            endAll();
        }
    }

    private void takeArrived(boolean idle) throws InterruptedException {
        synchronized (monitor) {
            long left = idle ? shortestTimeLeft() : 0;
            while (!signalled && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(monitor, left);
                left = shortestTimeLeft();
            }
            signalled = false;
            arrived.forEach(scheduler::add);
            arrived.clear();
        }
    }

    private long shortestTimeLeft() {
        long now = clock.getAsLong();
        return scheduler.all().stream()
                .mapToLong(sequence -> sequence.timeLeft(now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Ends the answers whose readers want or grant no more, and those whose time is over. */
    private void endAsTold() {
        long now = clock.getAsLong();
        for (Sequence sequence : scheduler.all()) {
            Answer answer = sequence.answer();
            if (answer.mailbox().cancelled()) {
                answer.finishOrRefuse(FinishReason.CANCELLED, new Rejection.Withdrawn());
            } else if (answer.grantSpent()) {
                answer.finish(FinishReason.LENGTH);
            } else if (sequence.timeLeft(now) <= 0) {
                sequence.expire(now);
            }
            if (answer.ended()) {
                retire(sequence);
            }
        }
    }

    /** Runs one step; how long it took, 0 where there was nothing to compute. */
    private long turn() {
        Step step = scheduler.plan();
        running = scheduler.running();
        if (step.isEmpty()) {
            return 0;
        }
        long begun = System.nanoTime();
        try {
            model.forward(step.plan(), cache, draws.logits());
            draws.settle(step, (System.nanoTime() - begun) / NANOS);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A step failed; its requests end.", e);
            step.sequences().forEach(this::fail);
        }
        return Math.max(1, System.nanoTime() - begun);
    }

    /** Does what loading put off for so long, one piece at least; whether there is more. */
    private boolean loadMore(long nanos) {
        long begun = System.nanoTime();
        boolean more = model.loadMore();
        while (more && System.nanoTime() - begun < nanos) {
            more = model.loadMore();
        }
        return more;
    }

    private void fail(Sequence sequence) {
        if (!sequence.answer().ended()) {
            sequence.answer().fail("The engine failed to compute this request.");
            retire(sequence);
        }
    }

    /** Pages and place are free before the reader hears of the end. */
    private void retire(Sequence sequence) {
        scheduler.remove(sequence);
        live.decrementAndGet();
        sequence.answer().deliverEnd();
    }

    /** After the loop's end only, by whichever thread comes first. */
    private void endAll() {
        synchronized (monitor) {
            arrived.forEach(scheduler::add);
            arrived.clear();
            scheduler.all().forEach(this::endUnfinished);
            running = 0;
        }
    }

    private void endUnfinished(Sequence sequence) {
        if (sequence.answer().begun()) {
            sequence.answer().fail("The engine was closed.");
        } else {
            sequence.answer().refuse(new Rejection.Closed());
        }
        retire(sequence);
    }
}
