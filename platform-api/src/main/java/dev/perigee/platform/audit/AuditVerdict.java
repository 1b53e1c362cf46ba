package dev.perigee.platform.audit;

/** What reading the whole log found. */
public sealed interface AuditVerdict {

    /** How many entries were read. */
    long entries();

    /** Every entry is there and as it was written. */
    record Intact(long entries) implements AuditVerdict {}

    /**
     * Someone has changed the log.
     *
     * @param firstBad the number of the first entry that is missing or not as it was written
     * @param reason what is wrong with it
     */
    record Broken(long entries, long firstBad, String reason) implements AuditVerdict {}
}
