package dev.perigee.billing.isolation;

/** The database would not keep tenants apart: its message says what is wrong, {@link #remedy} what to do. */
public final class BrokenIsolationException extends RuntimeException {

    private final String remedy;

    BrokenIsolationException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** What to do, a sentence. */
    public String remedy() {
        return remedy;
    }
}
