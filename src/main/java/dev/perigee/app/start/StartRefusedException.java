package dev.perigee.app.start;

import org.jspecify.annotations.Nullable;

/** Something outside keeps the platform from starting; the message is one line that says what, where and what to do. */
final class StartRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StartRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
