package dev.perigee.billing.ledger;

import dev.perigee.billing.metering.MeasuredUsage;

/**
 * An estimated reservation that was just given up.
 *
 * @param resolved what was held, and what the estimate posted
 * @param usage the tokens that the engine counted, or the checkpoint where that is further
 * @param counted whether that count says more than the estimate, so that it is what is owed; otherwise the estimate stays
 */
public record EndedEstimate(ResolvedReservation resolved, MeasuredUsage usage, boolean counted) {}
