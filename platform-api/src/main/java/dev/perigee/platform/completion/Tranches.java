package dev.perigee.platform.completion;

import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.Extension;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.engine.Generation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Pays for one answer in tranches: holds more while it streams, before the last tranche is used up, and grants what is held.
 *
 * <p>Where the budgets are spent, or others hold the rest for longer than an answer may wait, it ends at the last token paid for. An answer
 * that has no token yet holds its first one only, so that whoever waits for the engine holds little.
 *
 * <p>Threads: one, the reader's.
 */
final class Tranches {

    private static final Logger LOG = LoggerFactory.getLogger(Tranches.class);

    private final Charging charging;
    private final CompletionProperties.Budgets settings;
    private final int maxTokens;
    private Reservation reservation;
    private int granted;
    private boolean ended;
    private @Nullable BudgetStanding limit;
    private long nextTry = System.nanoTime();
    private @Nullable Long waitingSince;

    /**
     * @param admitted what is held and granted at first
     * @param maxTokens the most that the answer can take
     */
    Tranches(Charging charging, CompletionProperties.Budgets settings, Admission.Admitted admitted, int maxTokens) {
        this.charging = charging;
        this.settings = settings;
        this.reservation = admitted.reservation();
        this.granted = Math.toIntExact(admitted.maxOutputTokens());
        this.maxTokens = maxTokens;
        this.ended = granted >= maxTokens;
    }

    /** The budget that ended the answer, or {@code null} where none did. */
    @Nullable
    BudgetStanding limit() {
        return limit;
    }

    /** Asks for no more. */
    void end() {
        ended = true;
    }

    /** Grants more where the answer will soon need it, or decides that it gets no more. */
    void renew(Generation generation, int generated) {
        boolean enough = generated == 0 || (granted - generated) * 2L > settings.tranche();
        if (ended || enough || System.nanoTime() < nextTry) {
            return;
        }
        try {
            switch (charging.extend(reservation, Math.min(settings.tranche(), maxTokens - granted))) {
                case Extension.Extended extended -> grant(generation, extended);
                case Extension.BudgetExhausted spent when spent.heldByOthers() -> wait(generation, spent.standing());
                case Extension.BudgetExhausted spent -> end(generation, spent.standing());
                case Extension.NotRunning gone -> {
                    LOG.warn("The answer {} ends early: others took this process for dead", gone.requestId());
                    end(generation, null);
                }
            }
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("The answer {} cannot be paid for at this moment: {}", generation.id(), e.getMessage());
            wait(generation, null);
        }
    }

    private void grant(Generation generation, Extension.Extended extended) {
        int tokens = Math.toIntExact(extended.outputTokens());
        reservation = extended.reservation();
        granted += tokens;
        ended = granted >= maxTokens;
        waitingSince = null;
        generation.grant(tokens);
    }

    /** Tries again later; an answer that can go on meanwhile does not wait yet. */
    private void wait(Generation generation, @Nullable BudgetStanding refusal) {
        long now = System.nanoTime();
        nextTry = now + Duration.ofMillis(BudgetLines.POLL_MILLIS).toNanos();
        if (!generation.parked()) {
            return;
        }
        if (waitingSince == null) {
            waitingSince = now;
        }
        if (now - waitingSince >= settings.patience().toNanos()) {
            end(generation, refusal);
        }
    }

    private void end(Generation generation, @Nullable BudgetStanding by) {
        ended = true;
        limit = by;
        generation.endGrant();
    }
}
