package dev.perigee.platform.quota;

import java.util.List;

/** What became of {@link Quotas#admit}. */
public sealed interface QuotaDecision {

    /** Where the rates stand after the decision: of each limited measure the one with the least left. */
    List<RateStanding> standings();

    /** A limit is exhausted, the first by scope, then by measure; nothing was used. */
    record Refused(ExhaustedQuota exhausted, List<RateStanding> standings) implements QuotaDecision {

        public Refused {
            standings = List.copyOf(standings);
        }
    }

    /** The request may run. */
    record Admitted(List<RateStanding> standings) implements QuotaDecision {

        public Admitted {
            standings = List.copyOf(standings);
        }
    }
}
