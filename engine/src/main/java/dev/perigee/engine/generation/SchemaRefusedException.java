package dev.perigee.engine.generation;

import org.jspecify.annotations.Nullable;

/** A schema that cannot be enforced: not sound, not supported, too complex, or one that no value satisfies. */
public final class SchemaRefusedException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String tool;

    public SchemaRefusedException(String message) {
        this(message, null, null);
    }

    public SchemaRefusedException(String message, @Nullable Throwable cause) {
        this(message, null, cause);
    }

    private SchemaRefusedException(String message, @Nullable String tool, @Nullable Throwable cause) {
        super(message, cause);
        this.tool = tool;
    }

    /** The same refusal of the arguments' schema of this tool. */
    public SchemaRefusedException ofTool(String name) {
        return new SchemaRefusedException("tool " + name + ": " + getMessage(), name, this);
    }

    /** The tool whose arguments' schema was refused; {@code null} where it was the answer's. */
    public @Nullable String tool() {
        return tool;
    }
}
