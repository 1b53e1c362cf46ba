package dev.perigee.engine.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perigee.engine.config.RouterConfig;
import dev.perigee.engine.config.ScoringFunction;
import dev.perigee.engine.config.TopkMethod;
import dev.perigee.engine.kernel.ScalarKernels;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouterTests {

    private final ScratchBuffers buffers = new ScratchBuffers();

    @AfterEach
    void close() {
        buffers.close();
    }

    /** Routes one token whose logits are these: the weight is the identity. */
    private RoutingDecision route(RouterConfig config, List<Float> bias, double... logits) {
        int experts = logits.length;
        FloatMatrix identity = buffers.floats(experts, experts);
        FloatMatrix x = buffers.floats(1, experts);
        for (int i = 0; i < experts; i++) {
            identity.set(i, i, 1);
            x.set(0, i, (float) logits[i]);
        }
        RoutingDecision decision = new RoutingDecision(1, config.numExpertsPerTok());
        try (ScalarKernels kernels = new ScalarKernels(1)) {
            new Router(
                            config,
                            new Linear(new F32Weights(identity.data(), experts, experts)),
                            bias,
                            buffers.floats(1, experts))
                    .route(kernels, x, 1, decision);
        }
        return decision;
    }

    private static float sigmoid(double x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    @Test
    void choiceWhenBiasLiftsAnExpertTakesItWithItsOwnScore() {
        RoutingDecision decision =
                route(RouterConfig.noauxTc(2, 1, 1, 2.5, true), List.of(0f, 0f, 0.9f, 0f), 2, 1, -1, 0.5);
        float sum = sigmoid(-1) + sigmoid(2);
        assertThat(decision.expert(0, 0)).isEqualTo(2);
        assertThat(decision.expert(0, 1)).isEqualTo(0);
        assertThat(decision.weight(0, 0)).isCloseTo(2.5f * sigmoid(-1) / sum, within(1e-6f));
        assertThat(decision.weight(0, 1)).isCloseTo(2.5f * sigmoid(2) / sum, within(1e-6f));
    }

    @Test
    void weightsWhenNotNormedAreScoresTimesScale() {
        RoutingDecision decision = route(RouterConfig.noauxTc(1, 1, 1, 2, false), List.of(0f, 0f), 0.25, -3);
        assertThat(decision.weight(0, 0)).isCloseTo(2 * sigmoid(0.25), within(1e-6f));
    }

    @Test
    void choiceWhenScoresTieTakesTheLowerIndex() {
        RoutingDecision decision = route(RouterConfig.noauxTc(2, 1, 1, 1, true), List.of(0f, 0f, 0f, 0f), 0, 1, 1, 1);
        assertThat(decision.expert(0, 0)).isEqualTo(1);
        assertThat(decision.expert(0, 1)).isEqualTo(2);
    }

    @Test
    void choiceWhenGroupsAreLimitedStaysInTheBestOnes() {
        RoutingDecision decision =
                route(RouterConfig.noauxTc(2, 3, 1, 1, true), List.of(0f, 0f, 0f, 0f, 0f, 0f), 5, -9, 2, 2, 1, 1);
        assertThat(decision.expert(0, 0)).isEqualTo(2);
        assertThat(decision.expert(0, 1)).isEqualTo(3);
    }

    @Test
    void weightsWhenScoringIsSoftmaxAreSharesOfAll() {
        RouterConfig config = new RouterConfig(2, 1, 1, 3, false, ScoringFunction.SOFTMAX, TopkMethod.GREEDY);
        RoutingDecision decision = route(config, List.of(0f, 0f, 0f), Math.log(1), Math.log(6), Math.log(3));
        assertThat(decision.expert(0, 0)).isEqualTo(1);
        assertThat(decision.weight(0, 0)).isCloseTo(3 * 0.6f, within(1e-6f));
        assertThat(decision.expert(0, 1)).isEqualTo(2);
        assertThat(decision.weight(0, 1)).isCloseTo(3 * 0.3f, within(1e-6f));
    }

    @Test
    void choiceWhenGroupsAreLimitedWithoutBiasTakesTheGroupOfTheBest() {
        RouterConfig config =
                new RouterConfig(2, 2, 1, 1, false, ScoringFunction.SOFTMAX, TopkMethod.GROUP_LIMITED_GREEDY);
        RoutingDecision decision = route(config, List.of(0f, 0f, 0f, 0f), 3, -9, 2.9, 2.9);
        assertThat(decision.expert(0, 0)).isEqualTo(0);
        assertThat(decision.expert(0, 1)).isEqualTo(1);
    }

    @Test
    void choiceWhenBiasedScoresAreNegativeStillLeavesOtherGroupsOut() {
        RoutingDecision decision =
                route(RouterConfig.noauxTc(2, 2, 1, 1, true), List.of(-5f, -5f, -9f, -9f), 0, 0, 9, 9);
        assertThat(decision.expert(0, 0)).isEqualTo(0);
        assertThat(decision.expert(0, 1)).isEqualTo(1);
    }

    /** Any bit pattern is legal in a weight, so that any can stand in a score. */
    @Test
    void choiceWhenScoresAreNoNumbersTakesNoExpertTwice() {
        float nan = Float.NaN;
        RoutingDecision decision =
                route(RouterConfig.noauxTc(3, 1, 1, 1, true), List.of(nan, nan, 0f, nan), 1, 2, 3, 4);
        assertThat(decision.expert(0, 0)).isEqualTo(2);
        assertThat(decision.expert(0, 1)).isEqualTo(0);
        assertThat(decision.expert(0, 2)).isEqualTo(1);
    }

    @Test
    void choiceWhenGroupsHaveNoNumbersTakesNoExpertTwice() {
        double nan = Double.NaN;
        RoutingDecision decision =
                route(RouterConfig.noauxTc(2, 2, 1, 1, true), List.of(0f, 0f, 0f, 0f), nan, nan, nan, nan);
        assertThat(decision.expert(0, 0)).isEqualTo(0);
        assertThat(decision.expert(0, 1)).isEqualTo(1);
    }
}
