package dev.perigee.billing.charging;

/** What becomes of one transaction. */
enum SimulatedOutcome {
    /** It is committed and its process hears of it. */
    OK,
    /** The database cannot be reached: it does not begin. */
    AWAY,
    /** The connection breaks before the commit. */
    LOST_BEFORE_COMMIT,
    /** It is committed, but the reply is lost. */
    LOST_AFTER_COMMIT,
    /** It fails for another transaction's sake, as in a deadlock. */
    ABORTED,
    /** The process is killed before the commit. */
    KILLED_BEFORE_COMMIT,
    /** The process is killed after the commit, before it hears of it. */
    KILLED_AFTER_COMMIT;

    boolean kills() {
        return this == KILLED_BEFORE_COMMIT || this == KILLED_AFTER_COMMIT;
    }
}
