package dev.perigee.engine.scheduler;

/**
 * Decides for one sequence whether steps that compute guessed tokens too give more tokens a second than steps of one token, by what both took
 * lately. What is drawn is the same either way.
 *
 * <p>Threads: the engine's thread only.
 */
final class Speculation {

    /** Guesses after which they are judged. */
    private static final int TRIALS = 3;

    /** So often is done what seems to pay less, to notice where that has changed. */
    private static final int LOOK_AGAIN = 32;

    /** Weight of the newest value in a running mean. */
    private static final double NEWEST = 0.2;

    private int plainSteps;
    private int guesses;
    private int asked;
    private double plainSeconds;
    private double guessSeconds;
    private double guessTokens;

    /** Whether to guess in the next step. */
    boolean worthwhile() {
        asked++;
        if (plainSteps == 0) {
            return false;
        }
        if (guesses < TRIALS) {
            return true;
        }
        boolean pays = guessTokens * plainSeconds > guessSeconds;
        return asked % LOOK_AGAIN == 0 ? !pays : pays;
    }

    /** A step of one token took so long. */
    void plain(double seconds) {
        plainSeconds = mean(plainSteps++, plainSeconds, seconds);
    }

    /** A step with guesses took so long and gave so many tokens. */
    void guessed(double seconds, int tokens) {
        guessSeconds = mean(guesses, guessSeconds, seconds);
        guessTokens = mean(guesses++, guessTokens, tokens);
    }

    private static double mean(int before, double mean, double value) {
        double weight = Math.max(NEWEST, 1.0 / (before + 1));
        return mean + weight * (value - mean);
    }
}
