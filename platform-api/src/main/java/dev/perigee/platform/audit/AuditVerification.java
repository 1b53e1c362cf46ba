package dev.perigee.platform.audit;

import dev.perigee.platform.audit.AuditHead.Seen;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Goes through the log from its first entry on and keeps the first thing that is wrong. Threads: one. */
final class AuditVerification {

    private final AuditChain chain;
    private final Optional<Seen> seen;
    private String previous = AuditChain.BEGINNING;
    private long entries;
    private AuditVerdict.@Nullable Broken broken;

    /** @param seen the newest entry that was seen, which must be among those that are read */
    AuditVerification(AuditChain chain, Optional<Seen> seen) {
        this.chain = chain;
        this.seen = seen;
    }

    /** Takes the next entry in the order of their numbers. */
    void next(AuditRow row) {
        entries++;
        if (broken != null) {
            return;
        }
        long number = row.entry().number();
        if (number != entries) {
            found(entries, "is missing");
        } else if (!row.hash().equals(chain.hash(previous, row.entry()))) {
            found(number, "is not as it was written");
        } else if (seen.filter(
                        known -> known.number() == number && !known.hash().equals(row.hash()))
                .isPresent()) {
            found(number, "is another one than this node has seen");
        }
        previous = row.hash();
    }

    private void found(long number, String what) {
        broken = new AuditVerdict.Broken(entries, number, "entry " + number + " " + what);
    }

    /** What was found, after the last entry. */
    AuditVerdict verdict() {
        if (broken == null && seen.filter(known -> known.number() > entries).isPresent()) {
            found(entries + 1, "and those behind it are missing");
        }
        return broken == null
                ? new AuditVerdict.Intact(entries)
                : new AuditVerdict.Broken(entries, broken.firstBad(), broken.reason());
    }
}
