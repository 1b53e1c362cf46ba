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
    FINGERPRINT
}
