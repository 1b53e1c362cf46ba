package dev.perigee.billing.metering;

import dev.perigee.billing.batch.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Currency;
import java.util.UUID;
import java.util.function.Function;

/** How an attribution is written to and read from the columns that every table names alike. */
public final class CostAttributionRow {

    private CostAttributionRow() {}

    /** The attribution in the current row. */
    public static CostAttribution read(ResultSet row) throws SQLException {
        return new CostAttribution(
                row.getObject("tenant_id", UUID.class),
                row.getObject("project_id", UUID.class),
                row.getObject("api_key_id", UUID.class),
                Currency.getInstance(row.getString("currency")),
                row.getString("end_user_hash"));
    }

    /** The columns {@code tenants}, {@code projects}, {@code apiKeys}, {@code currencies} and {@code endUsers}, for many rows. */
    public static <T> Rows<T> columns(Rows<T> rows, Function<T, CostAttribution> attribution) {
        return rows.texts("tenants", row -> attribution.apply(row).tenantId())
                .texts("projects", row -> attribution.apply(row).projectId())
                .texts("apiKeys", row -> attribution.apply(row).apiKeyId())
                .texts("currencies", row -> attribution.apply(row).currency().getCurrencyCode())
                .texts("endUsers", row -> attribution.apply(row).endUserHash());
    }
}
