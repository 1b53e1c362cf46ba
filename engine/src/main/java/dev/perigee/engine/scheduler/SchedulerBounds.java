package dev.perigee.engine.scheduler;

/**
 * What a scheduler takes on.
 *
 * @param maxRunning sequences that compute at the same time
 * @param stepTokens tokens of one step; at least {@code maxRunning}
 */
public record SchedulerBounds(int maxRunning, int stepTokens) {

    public SchedulerBounds {
        if (maxRunning < 1 || stepTokens < maxRunning) {
            throw new IllegalArgumentException("maxRunning is " + maxRunning + " and stepTokens is " + stepTokens
                    + ", must be at least 1 and at least maxRunning");
        }
    }
}
