package dev.perigee.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The loop's time is a number that the tests move. */
@Timeout(60)
class TimeLimitTests {

    private static final int PAGES = 60;
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofSeconds(50);

    private static TestSequences sequences;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // the end of the numbers is no end of the time
    private final HashingModel model = new HashingModel(512, 200);
    private final CountDownLatch computing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicBoolean lost = new AtomicBoolean();
    private KvCache cache = HashingModel.cacheOfPages(1);
    private EngineLoop loop = new EngineLoop(model, cache, new SchedulerBounds(1, 1, 0), 0);

    @BeforeAll
    static void load(@TempDir Path folder) {
        sequences = new TestSequences(Tokenizer.load(TestVocabularies.write(folder.resolve("v"))));
    }

    @AfterEach
    void close() {
        loop.close();
        cache.close();
    }

    @Test
    void requestThatWaitsTooLongIsRefusedAndLeavesItsPlaceToOthers() throws InterruptedException {
        open(PAGES, 1, 1);
        String whole = read(submit("running", null)).text();
        holdTheNextStep();
        Mailbox running = submit("running", null);
        computing.await();
        Mailbox waiting = submit("waiting", null);
        assertThatExceptionOfType(RequestRejectedException.class).isThrownBy(() -> submit("third", null));
        pass(MAX_WAIT);
        goOn.countDown();
        assertThat(read(waiting)).isEqualTo(new TestSequences.Read("", refusedAfter(MAX_WAIT)));
        assertThat(read(submit("third", null)).text()).hasSize(30);
        assertThat(read(running).text()).isEqualTo(whole);
        assertNothingIsHeld(PAGES);
    }

    @Test
    void requestThatBeginsJustInTimeIsAnsweredHoweverLongItTakes() throws InterruptedException {
        open(PAGES, 1, 1);
        holdTheNextStep();
        Mailbox first = submit("first", null);
        computing.await();
        Mailbox second = submit("second", null);
        pass(MAX_WAIT.minusNanos(1));
        model.beforeStep(plan -> {
            if (plan.tokens() == "second".length()) {
                pass(Duration.ofDays(365));
            }
        });
        goOn.countDown();
        assertThat(read(first).text()).hasSize(30);
        assertThat(read(second).text()).hasSize(30);
    }

    @Test
    void deadlineThatPassesWhileARequestWaitsRefusesItBeforeTheLongestWait() throws InterruptedException {
        Duration briefly = Duration.ofSeconds(1);
        open(PAGES, 1, 2);
        holdTheNextStep();
        Mailbox running = submit("running", null);
        computing.await();
        Mailbox hurried = submit("hurried", briefly);
        Mailbox patient = submit("patient", null);
        pass(briefly);
        goOn.countDown();
        assertThat(read(hurried).terminal()).isEqualTo(refusedAfter(briefly));
        assertThat(read(running).text()).hasSize(30);
        assertThat(read(patient).text()).hasSize(30);
        assertNothingIsHeld(PAGES);
    }

    @Test
    void deadlineInMidAnswerEndsItByItsLengthWithWhatWasDrawnBefore() throws InterruptedException {
        open(PAGES, 2, 0);
        String whole = read(submit("12345", null)).text();
        model.forgetTokens();
        int before = model.steps();
        model.beforeStep(plan -> {
            if (model.steps() == before + 4) {
                pass(DEADLINE);
            }
        });
        TestSequences.Read cut = read(submit("12345", DEADLINE));
        assertThat(cut.text()).isEqualTo(whole.substring(0, 4));
        assertThat(cut.terminal()).isEqualTo(finished(4, 4));
        assertNothingIsHeld(PAGES);
    }

    /** The clock stands still meanwhile, so the loop looks again and again; nobody tells it to. */
    @Test
    void deadlineOfAParkedAnswerEndsItThoughNobodySaysAWord() throws InterruptedException {
        Duration briefly = Duration.ofMillis(5);
        open(PAGES, 2, 0);
        Mailbox mailbox = new Mailbox(3);
        loop.submit(sequences.of("12345", 30, mailbox, new TimeLimits(MAX_WAIT, briefly)));
        while (!mailbox.parked()) {
            Thread.onSpinWait();
        }
        assertThat(cache.freePages()).isLessThan(PAGES);
        pass(briefly);
        while (mailbox.parked()) {
            Thread.onSpinWait();
        }
        TestSequences.Read read = read(mailbox);
        assertThat(read.text()).hasSize(3);
        assertThat(read.terminal()).isEqualTo(finished(0, 3));
        assertNothingIsHeld(PAGES);
    }

    @Test
    void requestThatWaitsForPagesOfAParkedOneIsRefusedThoughNobodySaysAWord() throws InterruptedException {
        Duration briefly = Duration.ofMillis(5);
        open(2, 2, 0);
        Mailbox parked = new Mailbox(3);
        loop.submit(sequences.of("12345", 30, parked, new TimeLimits(briefly, null)));
        while (!parked.parked()) {
            Thread.onSpinWait();
        }
        Mailbox waiting = new Mailbox();
        loop.submit(sequences.of("another", 30, waiting, new TimeLimits(briefly, null)));
        pass(briefly);
        assertThat(read(waiting).terminal()).isEqualTo(refusedAfter(briefly));
        parked.endGrant();
        assertThat(read(parked).terminal()).isEqualTo(finished(0, 3));
        assertNothingIsHeld(2);
    }

    @Test
    void requestThatBeganAndLostItsPagesIsNotRefused() throws InterruptedException {
        whenOneOfTwoLosesItsPages(() -> pass(MAX_WAIT.multipliedBy(2)));
        Mailbox oldest = submit("A-prompt", null);
        Mailbox youngest = submit("B-prompt", null);
        goOn.countDown();
        for (Mailbox mailbox : List.of(oldest, youngest)) {
            assertThat(read(mailbox).terminal())
                    .isEqualTo(new GenerationEvent.Finished(FinishReason.LENGTH, new TokenUsage(8, 0, 30, 0)));
        }
        assertThat(lost).isTrue();
        assertNothingIsHeld(12);
    }

    @Test
    void deadlineOfOneThatLostItsPagesEndsItWithWhatWasDrawnBefore() throws InterruptedException {
        whenOneOfTwoLosesItsPages(() -> pass(DEADLINE));
        Mailbox oldest = submit("A-prompt", null);
        Mailbox youngest = submit("B-prompt", DEADLINE);
        goOn.countDown();
        TestSequences.Read cut = read(youngest);
        assertThat(lost).isTrue();
        assertThat(cut.text()).hasSizeBetween(1, 29);
        assertThat(cut.terminal())
                .isEqualTo(new GenerationEvent.Finished(
                        FinishReason.LENGTH, new TokenUsage(8, 0, cut.text().length(), 0)));
        assertThat(read(oldest).text()).hasSize(30);
        assertNothingIsHeld(12);
    }

    /** Two answers that the cache does not hold: a step that computes one alone after both means that the other gave way. */
    private void whenOneOfTwoLosesItsPages(Runnable action) {
        open(12, 2, 0);
        AtomicBoolean together = new AtomicBoolean();
        model.beforeStep(plan -> {
            awaitGoOn();
            together.compareAndSet(false, plan.slices().size() == 2);
            if (together.get() && plan.slices().size() == 1 && lost.compareAndSet(false, true)) {
                action.run();
            }
        });
    }

    private void open(int pages, int maxRunning, int maxWaiting) {
        close();
        cache = HashingModel.cacheOfPages(pages);
        loop = new EngineLoop(model, cache, new SchedulerBounds(maxRunning, 16, 0), maxWaiting, now::get);
        loop.start();
    }

    private void holdTheNextStep() {
        model.beforeStep(plan -> {
            computing.countDown();
            awaitGoOn();
        });
    }

    private void awaitGoOn() {
        try {
            goOn.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private Mailbox submit(String prompt, @Nullable Duration deadline) {
        Mailbox mailbox = new Mailbox();
        loop.submit(sequences.of(prompt, 30, mailbox, new TimeLimits(MAX_WAIT, deadline)));
        return mailbox;
    }

    private static TestSequences.Read read(Mailbox mailbox) throws InterruptedException {
        return TestSequences.read(mailbox);
    }

    private static GenerationEvent refusedAfter(Duration waited) {
        return new GenerationEvent.Refused(new Rejection.WaitedTooLong(waited));
    }

    private static GenerationEvent finished(int cached, int drawn) {
        return new GenerationEvent.Finished(FinishReason.LENGTH, new TokenUsage(5, cached, drawn, 0));
    }

    private void assertNothingIsHeld(int pages) {
        assertThat(cache.freePages()).isEqualTo(pages);
        assertThat(loop.waiting()).isZero();
    }
}
