package dev.perigee.platform.apikey;

/** A whole key, which exists in memory only: it cannot be printed, compared or serialised by accident. */
public final class ApiKeySecret {

    private final String text;

    ApiKeySecret(String text) {
        this.text = text;
    }

    /** The key itself, to be shown to its owner this once. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "ApiKeySecret[hidden]";
    }
}
