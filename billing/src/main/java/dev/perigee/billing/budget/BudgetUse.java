package dev.perigee.billing.budget;

import dev.perigee.billing.metering.CostAttribution;
import java.time.Instant;

/**
 * What a request used of its budgets.
 *
 * @param attribution whose budgets
 * @param admittedAt when it was admitted; it counts in the periods of that moment
 * @param nanos money
 * @param tokens tokens
 */
public record BudgetUse(CostAttribution attribution, Instant admittedAt, long nanos, long tokens) {}
