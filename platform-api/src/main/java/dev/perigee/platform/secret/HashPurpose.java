package dev.perigee.platform.secret;

/** What a keyed hash is for; the names are part of the hash and never change. */
public enum HashPurpose {
    /** Chains the entries of the audit log. */
    AUDIT,
    /** Recognises an API key. */
    API_KEY,
    /** Counts end users without knowing them. */
    END_USER,
    /** Tells whether two hashes were made with the same server key. */
    FINGERPRINT,
    /** Recognises a caller's idempotency key. */
    IDEMPOTENCY_KEY,
    /** Tells whether two requests under an idempotency key ask for the same. */
    IDEMPOTENT_REQUEST
}
