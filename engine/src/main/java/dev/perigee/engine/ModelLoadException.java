package dev.perigee.engine;

import org.jspecify.annotations.Nullable;

/**
 * A model that cannot be loaded, said in one line: where, what is wrong, what to do.
 *
 * <p>Lives in the engine's face, below every other package: whoever starts an engine may catch it, whoever reads a part of a model
 * may throw it.
 */
public final class ModelLoadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String location;
    private final String problem;
    private final String remedy;

    /**
     * @param location the file, and within it the key or tensor
     * @param problem what is wrong there, with the value found and the value wanted
     * @param remedy what the reader can do
     */
    public ModelLoadException(String location, String problem, String remedy) {
        this(location, problem, remedy, null);
    }

    /** As the shorter constructor, keeping the cause. */
    public ModelLoadException(String location, String problem, String remedy, @Nullable Throwable cause) {
        super(oneLine(location + ": " + problem + "; " + remedy), cause);
        this.location = location;
        this.problem = problem;
        this.remedy = remedy;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** The file, and within it the key or tensor. */
    public String location() {
        return location;
    }

    /** What is wrong. */
    public String problem() {
        return problem;
    }

    /** What the reader can do. */
    public String remedy() {
        return remedy;
    }
}
