package dev.perigee.engine.scheduler;

import dev.perigee.engine.model.StepPlan;
import java.util.List;

/**
 * A step as the loop runs it: the plan, and for each of its slices the sequence it belongs to.
 *
 * @param sequences as many as the plan has slices
 */
record Step(StepPlan plan, List<Sequence> sequences) {

    Step {
        sequences = List.copyOf(sequences);
    }

    boolean isEmpty() {
        return sequences.isEmpty();
    }
}
