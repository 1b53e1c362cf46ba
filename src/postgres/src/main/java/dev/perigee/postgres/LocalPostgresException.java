package dev.perigee.postgres;

import org.jspecify.annotations.Nullable;

/** The local PostgreSQL cannot be had; the message is one line that says what is wrong, where, and what to do. */
public final class LocalPostgresException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LocalPostgresException(String message) {
        this(message, null);
    }

    public LocalPostgresException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
