package dev.perigee.engine.constraint;

/** A schema that cannot be enforced: not sound, not supported, too complex, or one that no value satisfies. */
public final class SchemaRefusedException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    SchemaRefusedException(String message) {
        super(message);
    }

    SchemaRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
