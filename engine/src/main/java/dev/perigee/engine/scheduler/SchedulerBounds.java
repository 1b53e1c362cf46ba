package dev.perigee.engine.scheduler;

/**
 * What a scheduler takes on.
 *
 * @param maxRunning sequences that compute at the same time
 * @param stepTokens tokens of one step; at least {@code maxRunning}
 * @param guessedTokens most tokens of one step that are guessed; 0 for none
 */
public record SchedulerBounds(int maxRunning, int stepTokens, int guessedTokens) {

    public SchedulerBounds {
        if (maxRunning < 1 || stepTokens < maxRunning) {
            throw new IllegalArgumentException("maxRunning is " + maxRunning + " and stepTokens is " + stepTokens
                    + ", must be at least 1 and at least maxRunning");
        }
        if (guessedTokens < 0) {
            throw new IllegalArgumentException("guessedTokens is " + guessedTokens + ", must be at least 0");
        }
    }
}
