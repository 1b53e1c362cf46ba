package dev.perigee.engine.moe;

import dev.perigee.engine.config.RouterConfig;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.tensor.FloatMatrix;
import java.util.List;

/**
 * Chooses experts by their scores, in float32. The correction bias takes part in the choice only; weights are the scores without it.
 *
 * <p>Where experts form groups, only those of the best groups can be chosen; a group's worth is the sum of its two best where there
 * is a correction bias, its best otherwise.
 *
 * <p>Ties go to the lower index; what is no number goes last. No expert is chosen twice.
 *
 * <p>Source: DeepSeek-V3 report, section 2.1.2 ({@code noaux_tc}); DeepSeek-V2 report, section 2.2 (softmax, groups).
 */
public final class Router {

    private final Linear projection; // (nRoutedExperts, hiddenSize)
    private final FloatMatrix logits; // (maxStepTokens, nRoutedExperts)
    private final ThreadLocal<ExpertChoice> choices;
    private final Kernels.RowLoop chooseRows = this::chooseRows;
    private RoutingDecision current = new RoutingDecision(0, 0);

    /** @param logits working memory (maxStepTokens, nRoutedExperts) */
    public Router(RouterConfig config, Linear projection, List<Float> correctionBias, FloatMatrix logits) {
        float[] bias = new float[projection.weight().rows()];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = correctionBias.get(i);
        }
        this.projection = projection;
        this.logits = logits;
        this.choices = ThreadLocal.withInitial(() -> new ExpertChoice(config, bias));
    }

    /** Decides for the first {@code rows} rows of x (rows, hiddenSize). */
    public void route(Kernels kernels, FloatMatrix x, int rows, RoutingDecision decision) {
        projection.apply(kernels, x, logits, rows);
        current = decision;
        kernels.forRows(rows, chooseRows);
    }

    private void chooseRows(int first, int end) {
        ExpertChoice choice = choices.get();
        for (int token = first; token < end; token++) {
            choice.choose(logits, token, current);
        }
    }
}
