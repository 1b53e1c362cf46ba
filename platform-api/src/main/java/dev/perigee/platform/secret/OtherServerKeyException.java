package dev.perigee.platform.secret;

/** The database belongs to another server key than the one at hand. */
public final class OtherServerKeyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    OtherServerKeyException() {
        super("The API keys in this database were hashed with another server key, so none of them would be recognised");
    }
}
