package dev.perigee.engine.weights;

/** Hears how far the writing of a model has come. */
@FunctionalInterface
public interface WritingProgress {

    /** @param tensor the one that is complete now */
    void written(String tensor, long bytes, long ofBytes);
}
