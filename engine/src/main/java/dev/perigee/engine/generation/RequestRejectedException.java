package dev.perigee.engine.generation;

/** A request that a backend does not take, or does not begin; nothing was computed. */
public final class RequestRejectedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Rejection rejection;

    public RequestRejectedException(Rejection rejection) {
        super(rejection.message());
        this.rejection = rejection;
    }

    /** Why, in a form to switch over. */
    public Rejection rejection() {
        return rejection;
    }
}
