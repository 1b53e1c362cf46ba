package dev.perigee.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.model.StepPlan;
import dev.perigee.engine.sampling.Sampler;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs plans without computing anything: every step draws the letter {@code a}. */
class SchedulerTests {

    private static final int VOCABULARY = 512;

    private static TestSequences sequences;

    private KvCache cache = HashingModel.cacheOfPages(1);
    private final Sampler sampler = new Sampler(VOCABULARY);
    private final float[] logits = new float[VOCABULARY];
    private final Map<String, Integer> served = new HashMap<>();

    @BeforeAll
    static void load(@TempDir Path folder) {
        sequences = new TestSequences(Tokenizer.load(TestVocabularies.write(folder.resolve("v"))));
    }

    @Test
    void promptLongerThanTheStepIsCaughtUpInPieces() {
        Scheduler scheduler = scheduler(100, 4, 8);
        scheduler.add(sequences.of("x".repeat(20), 3));
        List<StepPlan> plans = run(scheduler, 6);
        assertThat(plans).extracting(StepPlan::tokens).containsExactly(8, 8, 4, 1, 1, 0);
        assertThat(plans).extracting(StepPlan::logitRows).containsExactly(0, 0, 1, 1, 1, 0);
    }

    @Test
    void stepMixesAnswersAndPrompts() {
        Scheduler scheduler = scheduler(100, 4, 8);
        scheduler.add(sequences.of("x", 10));
        run(scheduler, 1);
        scheduler.add(sequences.of("y".repeat(12), 10));
        List<StepPlan> plans = run(scheduler, 3);
        assertThat(plans).extracting(plan -> plan.slices().size()).containsExactly(2, 2, 2);
        assertThat(plans).extracting(StepPlan::tokens).containsExactly(8, 6, 2);
    }

    @Test
    void keysShareEquallyHoweverManySequencesTheyHave() {
        Scheduler scheduler = scheduler(10_000, 8, 32);
        for (int i = 0; i < 50; i++) {
            scheduler.add(sequences.of("a".repeat(10), 1_000, key("many", 1), i));
        }
        for (int i = 0; i < 2; i++) {
            scheduler.add(sequences.of("b".repeat(10), 1_000, key("few", 1), i));
        }
        run(scheduler, 700);
        assertThat((double) served.get("many") / served.get("few")).isBetween(1 / 1.1, 1.1);
    }

    @Test
    void keysShareByTheirWeights() {
        Scheduler scheduler = scheduler(10_000, 8, 32);
        for (int i = 0; i < 10; i++) {
            scheduler.add(sequences.of("a".repeat(10), 1_000, key("heavy", 3), i));
            scheduler.add(sequences.of("b".repeat(10), 1_000, key("light", 1), i));
        }
        run(scheduler, 1_000);
        assertThat((double) served.get("heavy") / served.get("light")).isBetween(2.85, 3.15);
    }

    @Test
    void keyThatComesLateIsServedAtOnceAndCannotCatchUpForItsIdleTime() {
        Scheduler scheduler = scheduler(10_000, 4, 16);
        for (int i = 0; i < 8; i++) {
            scheduler.add(sequences.of("a".repeat(8), 2_000, key("early", 1), i));
        }
        run(scheduler, 200);
        served.clear();
        scheduler.add(sequences.of("b".repeat(8), 2_000, key("late", 1), 1));
        run(scheduler, 2);
        assertThat(served.get("late")).isGreaterThanOrEqualTo(8);
        run(scheduler, 300);
        assertThat((double) served.get("early") / served.get("late")).isBetween(1 / 1.3, 1.3);
    }

    @Test
    void longPromptBesideAnAnswerNeitherStopsItNorWaitsForItsEnd() {
        Scheduler scheduler = scheduler(10_000, 4, 64);
        scheduler.add(sequences.of("a".repeat(8), 2_000, key("answering", 1), 1));
        run(scheduler, 100);
        served.clear();
        Sequence prompt = sequences.of("b".repeat(640), 5, key("prompting", 1), 2);
        scheduler.add(prompt);
        int steps = 0;
        while (prompt.answer().outputTokens() == 0) {
            run(scheduler, 1);
            assertThat(served.get("answering")).isEqualTo(++steps);
        }
        assertThat(steps).isBetween(10, 330);
    }

    @Test
    void oldestGoesOnWhenPagesRunOut() {
        Scheduler scheduler = scheduler(8, 4, 32);
        Sequence oldest = sequences.of("a".repeat(8), 20);
        scheduler.add(oldest);
        for (int i = 0; i < 3; i++) {
            scheduler.add(sequences.of("b".repeat(8), 20));
        }
        int drawn = 0;
        while (!oldest.answer().ended()) {
            run(scheduler, 1);
            assertThat(oldest.answer().outputTokens()).isEqualTo(++drawn);
        }
        assertThat(drawn).isEqualTo(20);
    }

    @Test
    void allEndAndAllPagesComeBackWhenPagesAreShort() {
        cache = HashingModel.cacheOfPages(9);
        Scheduler scheduler = new Scheduler(cache, new SchedulerBounds(4, 16, 0));
        List<Sequence> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Sequence sequence = sequences.of("a".repeat(1 + i % 7), 5 + i, key("k" + i % 3, 1), i);
            all.add(sequence);
            scheduler.add(sequence);
        }
        run(scheduler, 2_000);
        assertThat(all).allMatch(sequence -> sequence.answer().ended());
        assertThat(cache.freePages()).isEqualTo(9);
        cache.close();
    }

    @Test
    void sequenceOutOfGrantKeepsItsPagesAndGivesItsPlaceToOthers() {
        cache = HashingModel.cacheOfPages(100);
        Scheduler scheduler = new Scheduler(cache, new SchedulerBounds(1, 8, 0));
        Mailbox mailbox = new Mailbox(2);
        Sequence granted = sequences.of("x", 10, mailbox, TokenMeter.NONE);
        scheduler.add(granted);
        run(scheduler, 3);
        assertThat(granted.answer().outputTokens()).isEqualTo(2);
        assertThat(mailbox.parked()).isTrue();
        int free = cache.freePages();
        assertThat(free).isLessThan(100);
        Sequence other = sequences.of("y", 5);
        scheduler.add(other);
        run(scheduler, 5);
        assertThat(other.answer().ended()).isTrue();
        assertThat(cache.freePages()).isEqualTo(free);
        mailbox.grant(1);
        run(scheduler, 3);
        assertThat(granted.answer().outputTokens()).isEqualTo(3);
        assertThat(mailbox.parked()).isTrue();
        scheduler.remove(granted);
        assertThat(cache.freePages()).isEqualTo(100);
        cache.close();
    }

    @Test
    void promptWithoutAGrantIsComputedButForItsLastToken() {
        Scheduler scheduler = scheduler(100, 4, 8);
        Mailbox mailbox = new Mailbox(0);
        Sequence sequence = sequences.of("x".repeat(20), 3, mailbox, TokenMeter.NONE);
        scheduler.add(sequence);
        assertThat(run(scheduler, 4)).extracting(StepPlan::tokens).containsExactly(8, 8, 3, 0);
        mailbox.grant(3);
        assertThat(run(scheduler, 4)).extracting(StepPlan::tokens).containsExactly(1, 1, 1, 0);
        assertThat(sequence.answer().outputTokens()).isEqualTo(3);
    }

    @Test
    void parkedSequenceGivesItsPagesUpWhereTheyRunOut() {
        Scheduler scheduler = scheduler(8, 4, 32);
        Sequence oldest = sequences.of("a".repeat(8), 20);
        scheduler.add(oldest);
        Mailbox mailbox = new Mailbox(1);
        Sequence parked = sequences.of("b".repeat(8), 20, mailbox, TokenMeter.NONE);
        scheduler.add(parked);
        run(scheduler, 25);
        assertThat(oldest.answer().ended()).isTrue();
        assertThat(mailbox.parked()).isTrue();
        mailbox.grant(19);
        run(scheduler, 25);
        assertThat(parked.answer().outputTokens()).isEqualTo(20);
    }

    @Test
    void keyThatWasParkedCannotCatchUpForItsIdleTime() {
        Scheduler scheduler = scheduler(10_000, 4, 16);
        for (int i = 0; i < 4; i++) {
            scheduler.add(sequences.of("a".repeat(8), 5_000, key("busy", 1), i));
        }
        Mailbox mailbox = new Mailbox(1);
        scheduler.add(sequences.of("b".repeat(8), 5_000, mailbox, TokenMeter.NONE));
        run(scheduler, 500);
        served.clear();
        mailbox.grant(5_000);
        run(scheduler, 300);
        assertThat((double) served.get("busy") / served.get("key")).isBetween(1 / 1.5, 3.5);
        assertThat(served.get("busy")).isGreaterThan(200);
    }

    private static GenerationRequest.Scheduling key(String name, int weight) {
        return new GenerationRequest.Scheduling(name, "", weight);
    }

    private Scheduler scheduler(int pages, int maxRunning, int stepTokens) {
        cache = HashingModel.cacheOfPages(pages);
        return new Scheduler(cache, new SchedulerBounds(maxRunning, stepTokens, 0));
    }

    private List<StepPlan> run(Scheduler scheduler, int steps) {
        List<StepPlan> plans = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            Step step = scheduler.plan();
            plans.add(step.plan());
            for (int j = 0; j < step.sequences().size(); j++) {
                settle(step.sequences().get(j), step.plan().slices().get(j), scheduler);
            }
        }
        return plans;
    }

    private void settle(Sequence sequence, StepPlan.Slice slice, Scheduler scheduler) {
        sequence.advance(cache, slice.tokens());
        served.merge(sequence.scheduling().key(), slice.tokens(), Integer::sum);
        if (slice.logits() == StepPlan.Logits.LAST) {
            logits['a'] = 50;
            sequence.draw(logits, sampler);
        }
        if (sequence.answer().ended()) {
            scheduler.remove(sequence);
        }
    }
}
