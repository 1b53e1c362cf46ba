package dev.perigee.engine.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long a mask takes with K2's own vocabulary. */
class MaskSpeedTests {

    private static final double MOST_MICROS = 2_000;

    @Test
    void maskTakesAtMostTwoMillisecondsAtTheNinetyNinthPercentile() {
        Tokenizer tokenizer = Tokenizer.load(TestVocabularies.shared("tokenizer/kimi.tiktoken"));
        ConstraintCompiler compiler = new ConstraintCompiler(tokenizer);
        ConstraintFigures compile = new ConstraintFigures();
        List<JsonConstraint> constraints = new ArrayList<>();
        for (String schema : TestSchemas.ALL) {
            long before = ConstraintFigures.cpuNanos();
            constraints.add(compiler.compile(schema));
            compile.add(ConstraintFigures.cpuNanos() - before);
        }
        SchemaWalk walk = new SchemaWalk(tokenizer, new Random(11));
        for (int i = 0; i < constraints.size(); i++) {
            walk.value(constraints.get(i), TestSchemas.ALL.get(i), 40);
        }
        ConstraintFigures steps = new ConstraintFigures();
        ConstraintFigures worst = new ConstraintFigures();
        for (int at = 0; at < constraints.size(); at++) {
            ConstraintFigures own = new ConstraintFigures();
            walk.maskNanos = nanos -> {
                steps.add(nanos);
                own.add(nanos);
            };
            for (int i = 0; i < 4; i++) {
                walk.value(constraints.get(at), TestSchemas.ALL.get(at), 60);
            }
            worst.add((long) (own.quantile(0.99) * 1e3));
        }
        System.out.printf(
                "%d schemas, compile p50 %.0f µs, max %.0f µs; %d masks: p50 %.0f, p99 %.0f, max %.0f µs; worst schema's p99"
                        + " %.0f µs (processor time)%n",
                constraints.size(),
                compile.quantile(0.5),
                compile.quantile(1),
                steps.count(),
                steps.quantile(0.5),
                steps.quantile(0.99),
                steps.quantile(1),
                worst.quantile(1));
        assertThat(steps.quantile(0.99)).isLessThan(MOST_MICROS);
    }
}
