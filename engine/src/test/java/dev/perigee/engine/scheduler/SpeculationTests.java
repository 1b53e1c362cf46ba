package dev.perigee.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpeculationTests {

    private final Speculation speculation = new Speculation();

    @Test
    void nothingIsGuessedBeforeAPlainStepWasTimed() {
        assertThat(speculation.worthwhile()).isFalse();
        speculation.plain(0.01);
        assertThat(speculation.worthwhile()).isTrue();
    }

    @Test
    void guessingGoesOnWhereItGivesMoreTokensASecond() {
        speculation.plain(0.010);
        assertThat(share(0.020, 3)).isBetween(0.9, 1.0);
    }

    @Test
    void guessingIsOffWhereItDoesNotPayAndIsLookedAtAgain() {
        speculation.plain(0.010);
        assertThat(share(0.020, 1)).isBetween(0.01, 0.06);
        assertThat(share(0.011, 4)).as("after guesses began to be right").isGreaterThan(0.5);
    }

    /** How often guesses were made in 320 steps, each of so many seconds and tokens; a plain step takes 10 ms. */
    private double share(double seconds, int tokens) {
        int guessed = 0;
        for (int i = 0; i < 320; i++) {
            if (speculation.worthwhile()) {
                guessed++;
                speculation.guessed(seconds, tokens);
            } else {
                speculation.plain(0.010);
            }
        }
        return guessed / 320.0;
    }
}
