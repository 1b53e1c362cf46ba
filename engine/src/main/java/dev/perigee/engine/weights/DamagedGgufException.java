package dev.perigee.engine.weights;

import org.jspecify.annotations.Nullable;

/** A GGUF header that breaks a rule of the format or a limit, with the byte where it was seen. */
final class DamagedGgufException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long offset;

    DamagedGgufException(long offset, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.offset = offset;
    }

    DamagedGgufException(long offset, String message) {
        this(offset, message, null);
    }

    /** Counted from the start of the file. */
    long offset() {
        return offset;
    }
}
