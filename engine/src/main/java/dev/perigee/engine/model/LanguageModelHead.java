package dev.perigee.engine.model;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;
import dev.perigee.engine.tensor.FloatMatrix;

/**
 * The final norm and lm_head, for those rows alone whose logits are wanted.
 *
 * @param projection lm_head (vocabSize, hiddenSize)
 */
record LanguageModelHead(RmsNorm norm, Linear projection) {

    /** Writes logits for the rows that the plan wants, in its order. */
    void apply(Kernels kernels, HiddenStates states, StepPlan plan, FloatMatrix logits) {
        int wanted = gather(states, plan);
        if (wanted == 0) {
            return;
        }
        norm.apply(kernels, states.update(), states.normed(), wanted);
        projection.apply(kernels, states.normed(), logits, wanted);
    }

    private static int gather(HiddenStates states, StepPlan plan) {
        int row = 0;
        int wanted = 0;
        for (int i = 0; i < plan.slices().size(); i++) {
            StepPlan.Slice slice = plan.slices().get(i);
            int first = row + slice.tokens() - slice.logitRows();
            row += slice.tokens();
            for (int source = first; source < row; source++) {
                states.update().copyRowFrom(states.residual(), source, wanted++);
            }
        }
        return wanted;
    }
}
