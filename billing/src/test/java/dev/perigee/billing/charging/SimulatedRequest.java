package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.UsageSlot;
import org.jspecify.annotations.Nullable;

/** One request as its client and the engine saw it: the oracle that what is billed is compared with. */
final class SimulatedRequest {

    final String id;
    final CostAttribution tenant;
    final int prompt;
    final int wanted;

    @Nullable
    Reservation reservation;

    @Nullable
    UsageSlot slot;

    long granted;
    /** Output tokens that the engine counted in the journal. */
    int counted;
    /** Output tokens that the client saw. */
    int seen;

    boolean running;
    /** What the client was told in the end, once that was committed. */
    @Nullable
    MeasuredUsage acknowledged;
    /** Its node is gone for ever with its journal. */
    boolean journalLost;

    SimulatedRequest(String id, CostAttribution tenant, int prompt, int wanted) {
        this.id = id;
        this.tenant = tenant;
        this.prompt = prompt;
        this.wanted = wanted;
    }

    /** The engine's count of so many output tokens: a third of the prompt was cached, every second token is reasoning. */
    MeasuredUsage usage(int output) {
        int cached = prompt / 3;
        return new MeasuredUsage(prompt - cached, cached, output - output / 2, output / 2);
    }
}
