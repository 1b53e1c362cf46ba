package dev.perigee.platform.completion;

import dev.perigee.platform.quota.RateStanding;
import java.util.List;

/** A request that was not taken; its refusal is recorded already. */
public final class CompletionRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient CompletionRefusal refusal;
    private final transient List<RateStanding> rates;

    CompletionRefusedException(CompletionRefusal refusal, List<RateStanding> rates) {
        super(refusal.message());
        this.refusal = refusal;
        this.rates = List.copyOf(rates);
    }

    /** Why, in a form to switch over. */
    public CompletionRefusal refusal() {
        return refusal;
    }

    /** Where the rates stand; empty where they were not asked, or have no limit. */
    public List<RateStanding> rates() {
        return rates;
    }
}
