package dev.perigee.billing.charging;

import dev.perigee.billing.budget.BudgetClaim;
import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.metering.AbandonedJournals;
import dev.perigee.billing.metering.JdbcEngineCounts;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import org.jspecify.annotations.Nullable;

/**
 * A fault that somebody could make, put into the running code: by another statement on its way to the database, or by a method that is
 * replaced in this JVM alone. The harness must find each; a harness that has never failed proves nothing.
 */
enum Mutant {
    SETTLES_WHATEVER_THE_STATE(
            "AND r.state IN ('reserved', 'estimated')",
            "AND true",
            "DROP TRIGGER resolved_once ON billing.reservation"),
    SETTLES_WHAT_ANOTHER_PROCESS_HOLDS("AND r.process_id = q.process AND r.state IN", "AND r.state IN"),
    ESTIMATE_GIVES_THE_REST_BACK(
            "WHERE r.state IN ('reserved', 'estimated') AND r.tenant_id",
            "WHERE r.state IN ('reserved') AND r.tenant_id"),
    ESTIMATES_AGAIN_AND_AGAIN(
            "SET state = 'estimated', estimated_at",
            "SET state = 'reserved', estimated_at",
            "DROP TRIGGER resolved_once ON billing.reservation"),
    TAKES_ANY_RESERVATION_FOR_ITS_OWN("AND r.nonce = ?", "AND (r.nonce = ? OR true)"),
    EXTENDS_IN_THE_PRESENT_PERIOD(
            "coalesce(q.moment, billing.clock()) AS moment", "coalesce(billing.clock(), q.moment) AS moment"),
    REFUNDS_WHAT_WAS_INTERRUPTED(Settling.class, "endedBeforeItsFirstToken", NothingWasUsed.class),
    NEVER_REPLAYS_A_JOURNAL(AbandonedJournals.class, "forEach", Skip.class),
    NEVER_RELEASES_WHAT_NOBODY_KNOWS(Settling.class, "releaseUncounted", Skip.class),
    COUNTS_EVERY_FOURTH_TOKEN(UsageSlot.class, "count", EveryFourth.class),
    COUNTS_A_TOKEN_AFTER_IT_IS_SEEN(UsageSlot.class, "count", OneBehind.class),
    FREES_THE_SLOT_BEFORE_THE_COMMIT(Settling.class, "settle", 4, FreesFirst.class),
    SAYS_DONE_BEFORE_THE_COMMIT(JdbcCharging.class, "settle", SaysDone.class),
    EXTENDS_WITHOUT_ASKING_THE_BUDGET(BudgetClaim.class, "payable", AlwaysPayable.class),
    FORGETS_THE_ENGINE_COUNT(JdbcEngineCounts.class, "add", Skip.class),
    LOSES_ONE_OF_SEVERAL(UsageRecorder.class, "record", WithoutTheLast.class),
    GRANTS_THE_SAME_TO_SEVERAL(BudgetStanding.class, "holdingMore", Unchanged.class);

    private final @Nullable String statement;
    private final @Nullable String instead;
    private final @Nullable String wall;
    private final @Nullable Class<?> type;
    private final @Nullable Class<?> advice;
    private final ElementMatcher<MethodDescription> method;

    Mutant(String statement, String instead) {
        this(statement, instead, "SELECT 1");
    }

    /** @param wall what takes the database's own guard away, which would stop it otherwise */
    Mutant(String statement, String instead, String wall) {
        this.statement = statement;
        this.instead = instead;
        this.wall = wall;
        this.type = null;
        this.advice = null;
        this.method = ElementMatchers.none();
    }

    Mutant(Class<?> type, String method, Class<?> advice) {
        this(type, ElementMatchers.named(method), advice);
    }

    Mutant(Class<?> type, String method, int parameters, Class<?> advice) {
        this(
                type,
                ElementMatchers.<MethodDescription>named(method).and(ElementMatchers.takesArguments(parameters)),
                advice);
    }

    Mutant(Class<?> type, ElementMatcher<MethodDescription> method, Class<?> advice) {
        this.statement = null;
        this.instead = null;
        this.wall = null;
        this.type = type;
        this.advice = advice;
        this.method = method;
    }

    /** What it changes on the way to the database. */
    StatementRewriting rewriting() {
        return statement == null
                ? StatementRewriting.NONE
                : new StatementRewriting(sql -> sql.replace(statement, instead));
    }

    boolean rewrites() {
        return statement != null;
    }

    /** Puts it in. */
    void install(SimulatedDatabase database) {
        if (wall != null) {
            database.jdbc
                    .sql("DO $$ BEGIN " + wall.replace("SELECT", "PERFORM") + "; END $$")
                    .update();
        }
        if (type != null) {
            ByteBuddyAgent.install();
            new ByteBuddy()
                    .redefine(type)
                    .visit(Advice.to(advice).on(method))
                    .make()
                    .load(type.getClassLoader(), ClassReloadingStrategy.fromInstalledAgent());
        }
    }

    /** Takes it out. */
    void remove() {
        if (type != null) {
            try {
                ClassReloadingStrategy.fromInstalledAgent()
                        .reset(ClassFileLocator.ForClassLoader.of(type.getClassLoader()), type);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static final class Skip {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    static final class NothingWasUsed {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(1) RequestOutcome outcome, @Advice.Return(readOnly = false) boolean nothing) {
            nothing = nothing || outcome == RequestOutcome.INTERRUPTED;
        }
    }

    static final class EveryFourth {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Argument(0) MeasuredUsage soFar) {
            return soFar.outputTokens() % 4 != 0;
        }
    }

    static final class OneBehind {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) MeasuredUsage soFar) {
            if (soFar.output() > 0) {
                soFar = new MeasuredUsage(
                        soFar.uncachedInput(), soFar.cachedInput(), soFar.output() - 1, soFar.reasoning());
            }
        }
    }

    static final class FreesFirst {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(0) UsageJournal journal, @Advice.Argument(1) String requestId) {
            journal.free(requestId);
        }
    }

    /** The caller hears of the end, whatever becomes of the transaction. */
    static final class SaysDone {
        @Advice.OnMethodExit(onThrowable = RuntimeException.class)
        static void exit(
                @Advice.Argument(0) String requestId,
                @Advice.Return(readOnly = false) Settlement told,
                @Advice.Thrown(readOnly = false) Throwable failure) {
            if (failure != null) {
                told = new Settlement.AlreadySettled(requestId);
                failure = null;
            }
        }
    }

    static final class WithoutTheLast {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) List<UsageRecorder.Exact> exacts) {
            exacts = exacts.size() > 1 ? exacts.subList(0, exacts.size() - 1) : exacts;
        }
    }

    static final class Unchanged {
        @Advice.OnMethodExit
        static void exit(@Advice.This BudgetStanding before, @Advice.Return(readOnly = false) BudgetStanding after) {
            after = before;
        }
    }

    static final class AlwaysPayable {
        @Advice.OnMethodExit
        static void exit(@Advice.This BudgetClaim claim, @Advice.Return(readOnly = false) long payable) {
            payable = claim.held() == null ? payable : Long.MAX_VALUE;
        }
    }
}
