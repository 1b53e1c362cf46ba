package dev.perigee.platform.completion;

import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.Settlement;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.engine.Generation;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.platform.catalog.CatalogModel;
import dev.perigee.platform.quota.RateStanding;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running answer whose cost is held.
 *
 * <p>Close it in every case: an answer that was not read to its end is cancelled, and what it took is settled before {@code close} returns.
 *
 * <p>Threads: one reader.
 */
public final class Completion implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Completion.class);
    private static final Duration CANCEL_STEP = Duration.ofSeconds(1);

    private final CatalogModel model;
    private final Generation generation;
    private final Charging charging;
    private final QuotaUse quota;
    private final Tranches tranches;
    private final Progress progress;
    private boolean settled;

    Completion(
            CatalogModel model,
            Generation generation,
            Charging charging,
            QuotaUse quota,
            Tranches tranches,
            Progress progress) {
        this.model = model;
        this.generation = generation;
        this.charging = charging;
        this.quota = quota;
        this.tranches = tranches;
        this.progress = progress;
    }

    /** The request's id. */
    public String id() {
        return generation.id();
    }

    /** The model that answers. */
    public CatalogModel model() {
        return model;
    }

    /** Where the rates stood when it was let in; empty where none has a limit. */
    public List<RateStanding> rates() {
        return quota.rates();
    }

    /**
     * The budget that ended the answer before the length that was asked for, as a stable word, or {@code null} where none did. Known once the
     * terminal event is there; only an answer that ends by its length has met it.
     */
    public @Nullable String limitSource() {
        BudgetStanding limit = tranches.limit();
        return limit == null ? null : limit.source();
    }

    /**
     * Waits for the next event; the terminal one is returned only after its usage is committed.
     *
     * @return the event, or {@code null} where none came within the timeout
     */
    public @Nullable GenerationEvent next(Duration timeout) throws InterruptedException {
        GenerationEvent event = paidNext(timeout);
        if (event != null && event.terminal()) {
            settle(event);
        }
        return event;
    }

    private @Nullable GenerationEvent paidNext(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            tranches.renew(generation, progress.outputTokens());
            Duration left = timeout.minusNanos(System.nanoTime() - start);
            GenerationEvent event = generation.next(left);
            if (event != null || !left.isPositive()) {
                return event;
            }
            if (generation.parked()) {
                Thread.sleep(Math.min(BudgetLines.POLL_MILLIS, 1 + left.toMillis()));
            }
        }
    }

    /** Ends the answer where it still runs, and settles it. */
    @Override
    public void close() {
        if (settled) {
            return;
        }
        tranches.end();
        generation.cancel();
        boolean interrupted = false;
        while (!settled) {
            try {
                next(CANCEL_STEP);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void settle(GenerationEvent terminal) {
        settled = true;
        switch (terminal) {
            case GenerationEvent.Finished end -> settle(Progress.measured(end.usage()), outcome(end.reason()));
            case GenerationEvent.Failed end -> {
                LOG.error("The generation of {} failed: {}", generation.id(), end.message());
                settle(Progress.measured(end.usage()), RequestOutcome.FAILED);
            }
            case GenerationEvent.Refused end ->
                settle(MeasuredUsage.NONE, CompletionRefusal.of(end.rejection()).outcome());
            case GenerationEvent.Started e -> throw notTerminal(e);
            case GenerationEvent.ReasoningDelta e -> throw notTerminal(e);
            case GenerationEvent.TextDelta e -> throw notTerminal(e);
            case GenerationEvent.ToolCallStarted e -> throw notTerminal(e);
            case GenerationEvent.ToolCallArgumentsDelta e -> throw notTerminal(e);
        }
    }

    private void settle(MeasuredUsage usage, RequestOutcome outcome) {
        try {
            if (charging.settle(generation.id(), usage, outcome) instanceof Settlement.ExceedsHold exceeds) {
                throw new IllegalStateException(
                        "The backend generated more than was granted: " + usage + " of " + exceeds.reservation());
            }
        } finally {
            quota.end(usage.outputTokens());
        }
    }

    private static AssertionError notTerminal(GenerationEvent event) {
        return new AssertionError("not a terminal event: " + event);
    }

    private static RequestOutcome outcome(FinishReason reason) {
        return switch (reason) {
            case STOP -> RequestOutcome.COMPLETED;
            case LENGTH -> RequestOutcome.LENGTH;
            case TOOL_CALLS -> RequestOutcome.TOOL_CALLS;
            case CANCELLED -> RequestOutcome.CANCELLED;
        };
    }
}
