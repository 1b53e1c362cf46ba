package dev.perigee.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EngineLoopTests {

    private static final int CONTEXT = 200;
    private static final int VOCABULARY = 512;

    private static TestSequences sequences;

    private final HashingModel model = new HashingModel(VOCABULARY, CONTEXT);
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
    void answerIsTheSameAloneInABatchAndWithPagesTakenAway() throws InterruptedException {
        List<String> alone = new ArrayList<>();
        open(60, 1, 8, 0);
        for (int i = 0; i < 12; i++) {
            alone.add(TestSequences.read(submit(i)).text());
        }
        assertThat(alone).doesNotHaveDuplicates().allMatch(text -> text.length() == 30);
        for (int pages : new int[] {400, 14}) {
            open(pages, 6, 16, 100);
            List<Mailbox> together =
                    IntStream.range(0, 12).mapToObj(this::submit).toList();
            for (int i = 0; i < 12; i++) {
                assertThat(TestSequences.read(together.get(i)).text()).isEqualTo(alone.get(i));
            }
            assertThat(cache.freePages()).isEqualTo(pages);
        }
    }

    @Test
    void whatLoadingPutOffIsDoneWhileThereIsNothingToCompute() throws InterruptedException {
        model.putOff(1_000);
        open(60, 1, 8, 0);
        while (model.putOff() > 0) {
            Thread.sleep(1);
        }
        assertThat(TestSequences.read(submit(1)).text()).hasSize(30);
    }

    @Test
    void whatLoadingPutOffIsDoneBetweenSteps() throws InterruptedException {
        List<Integer> left = new CopyOnWriteArrayList<>();
        model.putOff(Integer.MAX_VALUE);
        model.beforeStep(plan -> left.add(model.putOff()));
        open(60, 1, 8, 0);
        assertThat(TestSequences.read(submit(1)).text()).hasSize(30);
        assertThat(left).hasSizeGreaterThan(10).doesNotHaveDuplicates();
        model.putOff(0);
    }

    @Test
    void usageCountsEveryTokenAndTheLimitEndsTheAnswer() throws InterruptedException {
        open(60, 2, 8, 0);
        TestSequences.Read read = TestSequences.read(submit(sequences.of("12345", 9)));
        assertThat(read.text()).hasSize(9);
        assertThat(read.terminal())
                .isEqualTo(new GenerationEvent.Finished(FinishReason.LENGTH, new TokenUsage(5, 0, 9, 0)));
        assertThat(loop.promptTokens()).isEqualTo(5);
        assertThat(loop.generatedTokens()).isEqualTo(9);
    }

    @Test
    void queueWhenFullRefusesAndTakesOnAgainLater() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        model.beforeStep(plan -> await(go));
        open(60, 1, 8, 2);
        List<Mailbox> accepted = IntStream.range(0, 3).mapToObj(this::submit).toList();
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> submit(4))
                .satisfies(e -> assertThat(e.rejection()).isEqualTo(new Rejection.QueueFull(2)));
        go.countDown();
        for (Mailbox mailbox : accepted) {
            assertThat(TestSequences.read(mailbox).text()).hasSize(30);
        }
        assertThat(TestSequences.read(submit(5)).text()).hasSize(30);
    }

    @Test
    void thousandCancelsAtRandomLeaveNoPageBehind() throws InterruptedException {
        open(120, 8, 16, 2_000);
        Random random = new Random(5);
        List<Mailbox> mailboxes = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            mailboxes.add(submit(sequences.of("p".repeat(1 + random.nextInt(40)), 1 + random.nextInt(60), key(i), i)));
            mailboxes.get(random.nextInt(mailboxes.size())).cancel();
            if (random.nextInt(20) == 0) {
                Thread.sleep(0, random.nextInt(900_000));
            }
        }
        mailboxes.forEach(Mailbox::cancel);
        for (Mailbox mailbox : mailboxes) {
            assertFinishedOrWithdrawn(TestSequences.read(mailbox).terminal());
        }
        assertThat(cache.freePages()).isEqualTo(120);
    }

    private static void assertFinishedOrWithdrawn(GenerationEvent end) {
        assertThat(end)
                .satisfiesAnyOf(
                        event -> assertThat(event).isInstanceOf(GenerationEvent.Finished.class),
                        event -> assertThat(event).isEqualTo(new GenerationEvent.Refused(new Rejection.Withdrawn())));
    }

    @Test
    void thousandTimesSixtyFourCancelledAtRandomLeaveNoPageBehind() throws InterruptedException {
        open(200, 8, 64, 64);
        Random random = new Random(11);
        for (int round = 0; round < 1_000; round++) {
            List<Mailbox> mailboxes = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String prompt = "p".repeat(1 + random.nextInt(12));
                mailboxes.add(submit(sequences.of(prompt, 1 + random.nextInt(8), key(i), i)));
            }
            for (int i = random.nextInt(64); i < 64; i += 1 + random.nextInt(3)) {
                mailboxes.get(i).cancel();
            }
            for (Mailbox mailbox : mailboxes) {
                assertFinishedOrWithdrawn(TestSequences.read(mailbox).terminal());
            }
            assertThat(cache.freePages()).as("round %d", round).isEqualTo(200);
        }
    }

    @Test
    void promptThatBeginsAsAnEarlierOneTakesItsPagesOverAndAnswersTheSame() throws InterruptedException {
        open(60, 2, 8, 4);
        TestSequences.Read first = TestSequences.read(submit(sequences.of("a common start, then one", 20)));
        model.forgetTokens();
        TestSequences.Read again = TestSequences.read(submit(sequences.of("a common start, then one", 20)));
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.terminal())
                .isEqualTo(new GenerationEvent.Finished(FinishReason.LENGTH, new TokenUsage(24, 20, 20, 0)));
        assertThat(model.tokens()).isEqualTo(4 + 19);
        TestSequences.Read other = TestSequences.read(submit(sequences.of("a common start, then two", 20)));
        assertThat(other.text()).isNotEqualTo(first.text());
        assertThat(other.terminal())
                .isEqualTo(new GenerationEvent.Finished(FinishReason.LENGTH, new TokenUsage(24, 20, 20, 0)));
        assertThat(cache.freePages()).isEqualTo(60);
    }

    @Test
    void promptOfAnotherPartitionFindsNothing() throws InterruptedException {
        open(60, 2, 8, 4);
        GenerationEvent mine = answer("the same words", "mine");
        GenerationEvent theirs = answer("the same words", "theirs");
        GenerationEvent mineAgain = answer("the same words", "mine");
        assertThat(mine).isEqualTo(theirs).isEqualTo(finished(14, 0));
        assertThat(mineAgain).isEqualTo(finished(14, 12));
    }

    private static GenerationEvent finished(int promptTokens, int cached) {
        return new GenerationEvent.Finished(FinishReason.LENGTH, new TokenUsage(promptTokens, cached, 5, 0));
    }

    private GenerationEvent answer(String prompt, String partition) throws InterruptedException {
        GenerationRequest.Scheduling scheduling = new GenerationRequest.Scheduling("key", partition, 1);
        return TestSequences.read(submit(sequences.of(prompt, 5, scheduling, 1)))
                .terminal();
    }

    @Test
    void answersAreTheSameWhereRandomPromptsShareBeginningsAndPagesAreShort() throws InterruptedException {
        Random random = new Random(13);
        List<String> prompts = IntStream.range(0, 40)
                .mapToObj(
                        i -> "abcd".repeat(random.nextInt(8)) + "efg".repeat(random.nextInt(4)) + (char) ('A' + i % 5))
                .toList();
        List<String> alone = new ArrayList<>();
        for (String prompt : prompts) {
            open(60, 1, 64, 0);
            alone.add(TestSequences.read(submit(sequences.of(prompt, 12))).text());
        }
        open(25, 6, 16, 40);
        for (int round = 0; round < 20; round++) {
            List<Mailbox> together = prompts.stream()
                    .map(prompt -> submit(sequences.of(prompt, 12)))
                    .toList();
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(TestSequences.read(together.get(i)).text())
                        .as(prompts.get(i))
                        .isEqualTo(alone.get(i));
            }
            assertThat(cache.freePages()).isEqualTo(25);
        }
    }

    @Test
    void cancelOfAWaitingOneRefusesItWithoutAToken() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        model.beforeStep(plan -> await(go));
        open(60, 1, 8, 2);
        submit(0);
        Mailbox waiting = submit(1);
        waiting.cancel();
        go.countDown();
        assertThat(TestSequences.read(waiting).terminal())
                .isEqualTo(new GenerationEvent.Refused(new Rejection.Withdrawn()));
    }

    @Test
    void readerThatNeverReadsHoldsNobodyUp() throws InterruptedException {
        open(200, 2, 8, 0);
        Mailbox unread = submit(sequences.of("slow", 150));
        assertThat(TestSequences.read(submit(1)).text()).hasSize(30);
        assertThat(TestSequences.read(unread).text()).hasSize(150);
    }

    @Test
    void stepThatFailsEndsItsSequencesAndTheLoopGoesOn() throws InterruptedException {
        model.beforeStep(plan -> {
            if (model.steps() == 3) {
                throw new IllegalStateException("made to fail");
            }
        });
        open(60, 2, 8, 0);
        assertThat(TestSequences.read(submit(0)).terminal()).isInstanceOf(GenerationEvent.Failed.class);
        assertThat(cache.freePages()).isEqualTo(60);
        assertThat(TestSequences.read(submit(1)).text()).hasSize(30);
    }

    @Test
    void machineThatFailsClosesTheLoopClearly() throws InterruptedException {
        model.beforeStep(plan -> {
            throw new AssertionError("made to fail");
        });
        open(60, 2, 8, 0);
        assertThat(TestSequences.read(submit(0)).terminal()).isInstanceOf(GenerationEvent.Failed.class);
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> submit(1))
                .satisfies(e -> assertThat(e.rejection()).isEqualTo(new Rejection.Closed()));
    }

    @Test
    void closeEndsWhatRunsAndWaitsWithATerminalEvent() throws InterruptedException {
        CountDownLatch computing = new CountDownLatch(1);
        model.beforeStep(plan -> computing.countDown());
        open(60, 1, 8, 5);
        List<Mailbox> mailboxes = IntStream.range(0, 4)
                .mapToObj(i -> submit(sequences.of("p", 150, key(i), i)))
                .toList();
        computing.await();
        loop.close();
        for (Mailbox mailbox : mailboxes) {
            assertThat(TestSequences.read(mailbox).terminal().terminal()).isTrue();
        }
        assertThat(cache.freePages()).isEqualTo(60);
    }

    @Test
    void closeRefusesWhatHasNotBegun() throws InterruptedException {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        model.beforeStep(plan -> {
            computing.countDown();
            await(go);
        });
        open(60, 1, 8, 3);
        Mailbox running = submit(0);
        computing.await();
        List<Mailbox> waiting = List.of(submit(1), submit(2));
        Thread closing = Thread.ofVirtual().start(loop::close);
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> {
                    while (true) {
                        loop.requireRoom();
                    }
                })
                .satisfies(e -> assertThat(e.rejection()).isEqualTo(new Rejection.Closed()));
        go.countDown();
        closing.join();
        assertThat(TestSequences.read(running).terminal()).isInstanceOf(GenerationEvent.Failed.class);
        for (Mailbox mailbox : waiting) {
            assertThat(TestSequences.read(mailbox).terminal())
                    .isEqualTo(new GenerationEvent.Refused(new Rejection.Closed()));
        }
    }

    @Test
    void answerOutOfGrantWaitsAndGoesOnToTheSameEnd() throws InterruptedException {
        open(60, 2, 8, 4);
        String whole = TestSequences.read(submit(sequences.of("prompt", 30))).text();
        Mailbox mailbox = new Mailbox(7);
        submit(sequences.of("prompt", 30, mailbox, TokenMeter.NONE));
        assertThat(textUntilParked(mailbox)).isEqualTo(whole.substring(0, 7));
        assertThat(loop.generatedTokens()).isEqualTo(37);
        mailbox.grant(5);
        assertThat(textUntilParked(mailbox)).isEqualTo(whole.substring(7, 12));
        assertThat(TestSequences.read(submit(sequences.of("prompt", 30))).text())
                .as("nobody is blocked")
                .isEqualTo(whole);
        mailbox.grant(100);
        assertThat(TestSequences.read(mailbox).text()).isEqualTo(whole.substring(12));
    }

    @Test
    void answerWhoseGrantIsEndedEndsByItsLengthAtTheLastTokenGranted() throws InterruptedException {
        open(60, 2, 8, 4);
        for (boolean before : new boolean[] {true, false}) {
            Mailbox mailbox = new Mailbox(7);
            if (before) {
                mailbox.endGrant();
            }
            submit(sequences.of(before ? "12345" : "67890", 30, mailbox, TokenMeter.NONE));
            String text = before ? "" : textUntilParked(mailbox);
            mailbox.endGrant();
            TestSequences.Read read = TestSequences.read(mailbox);
            assertThat(text + read.text()).hasSize(7);
            assertThat(read.terminal())
                    .isEqualTo(new GenerationEvent.Finished(FinishReason.LENGTH, new TokenUsage(5, 0, 7, 0)));
        }
        assertThat(cache.freePages()).isEqualTo(60);
    }

    @Test
    void answerThatIsParkedCanBeCancelled() throws InterruptedException {
        open(60, 2, 8, 4);
        Mailbox mailbox = new Mailbox(3);
        submit(sequences.of("12345", 30, mailbox, TokenMeter.NONE));
        textUntilParked(mailbox);
        mailbox.cancel();
        assertThat(TestSequences.read(mailbox).terminal())
                .isEqualTo(new GenerationEvent.Finished(FinishReason.CANCELLED, new TokenUsage(5, 0, 3, 0)));
        assertThat(cache.freePages()).isEqualTo(60);
    }

    @Test
    void meterHearsOfEveryTokenBeforeItsReaderCan() throws InterruptedException {
        open(60, 2, 8, 4);
        List<TokenUsage> heard = new CopyOnWriteArrayList<>();
        Mailbox mailbox = new Mailbox();
        List<Integer> unread = new CopyOnWriteArrayList<>();
        submit(sequences.of("12345", 9, mailbox, soFar -> {
            heard.add(soFar);
            unread.add(mailbox.size());
        }));
        TestSequences.read(mailbox);
        assertThat(heard)
                .isEqualTo(IntStream.rangeClosed(0, 9)
                        .mapToObj(count -> new TokenUsage(5, 0, count, 0))
                        .toList());
        assertThat(unread.getFirst()).isZero();
    }

    /** Random grants and ends of grants from another thread: never a token too many, and no page left behind. */
    @Test
    void thousandGrantsAtRandomAreNeverPassed() throws InterruptedException {
        open(120, 8, 16, 300);
        Random random = new Random(7);
        List<Mailbox> mailboxes = new ArrayList<>();
        List<Integer> granted = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            granted.add(random.nextInt(4));
            mailboxes.add(new Mailbox(granted.getLast()));
            submit(sequences.of("p".repeat(1 + random.nextInt(40)), 60, mailboxes.getLast(), TokenMeter.NONE));
        }
        for (int i = 0; i < 1_000; i++) {
            int one = random.nextInt(200);
            int more = 1 + random.nextInt(8);
            granted.set(one, granted.get(one) + more);
            mailboxes.get(one).grant(more);
        }
        mailboxes.forEach(Mailbox::endGrant);
        for (int i = 0; i < 200; i++) {
            assertThat(TestSequences.read(mailboxes.get(i)).text())
                    .as("answer %d", i)
                    .hasSize(Math.min(60, granted.get(i)));
        }
        assertThat(cache.freePages()).isEqualTo(120);
    }

    @Test
    void promptWithoutAGrantThatIsFoundComputedParksAtOnce() throws InterruptedException {
        open(60, 2, 8, 4);
        String whole = TestSequences.read(submit(sequences.of("12345", 9))).text();
        Mailbox mailbox = new Mailbox(0);
        submit(sequences.of("12345", 9, mailbox, TokenMeter.NONE));
        assertThat(textUntilParked(mailbox)).isEmpty();
        mailbox.grant(9);
        assertThat(TestSequences.read(mailbox).text()).isEqualTo(whole);
    }

    private static String textUntilParked(Mailbox mailbox) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (true) {
            GenerationEvent event = mailbox.next(Duration.ofSeconds(20));
            if (event == null) {
                assertThat(mailbox.parked()).isTrue();
                return text.toString();
            }
            if (event instanceof GenerationEvent.TextDelta delta) {
                text.append(delta.text());
            }
        }
    }

    @Test
    void answersWithGuessesAreTheSameTokenForTokenInFewerSteps() throws InterruptedException {
        model.lookBack(2);
        List<TestSequences.Read> plain = new ArrayList<>();
        open(60, 2, 8, 0);
        for (int i = 0; i < 20; i++) {
            plain.add(TestSequences.read(submit(i)));
        }
        openGuessing(60, 2, 8);
        int before = model.steps();
        for (int i = 0; i < 20; i++) {
            assertThat(TestSequences.read(submit(i))).isEqualTo(plain.get(i));
            assertThat(cache.freePages()).isEqualTo(60);
        }
        assertThat(model.steps() - before).isLessThan(20 * 30);
        assertThat(loop.generatedTokens()).isEqualTo(20 * 30);
    }

    @Test
    void guessesAreNeverComputedBeyondTheGrant() throws InterruptedException {
        model.lookBack(2);
        openGuessing(60, 2, 8);
        int[] granted = {1};
        model.beforeStep(plan -> plan.slices()
                .forEach(slice -> assertThat(slice.firstPosition() + slice.tokens())
                        .as("tokens computed, the prompt's 7 and at most those granted but the last")
                        .isLessThanOrEqualTo(7 + granted[0] - 1)));
        Mailbox mailbox = new Mailbox(1);
        submit(sequences.of("promptA", 40, mailbox, TokenMeter.NONE));
        StringBuilder text = new StringBuilder();
        for (int more : new int[] {1, 2, 7, 3, 12, 14}) {
            text.append(textUntilParked(mailbox));
            assertThat(text).hasSize(granted[0]);
            granted[0] += more;
            mailbox.grant(more);
        }
        assertThat(text + TestSequences.read(mailbox).text()).hasSize(40);
    }

    private void openGuessing(int pages, int maxRunning, int stepTokens) {
        close();
        cache = HashingModel.cacheOfPages(pages);
        loop = new EngineLoop(model, cache, new SchedulerBounds(maxRunning, stepTokens, 4), 0);
        loop.start();
    }

    private void open(int pages, int maxRunning, int stepTokens, int maxWaiting) {
        close();
        cache = HashingModel.cacheOfPages(pages);
        loop = new EngineLoop(model, cache, new SchedulerBounds(maxRunning, stepTokens, 0), maxWaiting);
        loop.start();
    }

    private Mailbox submit(int number) {
        return submit(sequences.of("prompt" + (char) ('A' + number), 30, key(number), number));
    }

    private Mailbox submit(Sequence sequence) {
        loop.submit(sequence);
        return sequence.answer().mailbox();
    }

    private static GenerationRequest.Scheduling key(int number) {
        return new GenerationRequest.Scheduling("key" + number % 3, "", 1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
