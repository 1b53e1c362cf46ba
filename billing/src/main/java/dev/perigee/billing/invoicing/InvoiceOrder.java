package dev.perigee.billing.invoicing;

import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Currency;
import java.util.UUID;

/**
 * Whose month is to be billed.
 *
 * @param timeZone where the month begins and ends
 * @param currency the tenant's one currency
 */
public record InvoiceOrder(UUID tenantId, YearMonth month, ZoneId timeZone, Currency currency) {}
