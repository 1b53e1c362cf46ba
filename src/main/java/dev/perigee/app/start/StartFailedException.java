package dev.perigee.app.start;

/** The platform did not start, and the reason was printed already. */
public final class StartFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StartFailedException(Throwable cause) {
        super(cause);
    }
}
