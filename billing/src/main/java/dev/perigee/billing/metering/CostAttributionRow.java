package dev.perigee.billing.metering;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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

    /** The parameters {@code tenant}, {@code project}, {@code apiKey}, {@code currency} and {@code endUser}. */
    public static Map<String, @Nullable Object> parameters(CostAttribution attribution) {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("tenant", attribution.tenantId());
        parameters.put("project", attribution.projectId());
        parameters.put("apiKey", attribution.apiKeyId());
        parameters.put("currency", attribution.currency().getCurrencyCode());
        parameters.put("endUser", attribution.endUserHash());
        return parameters;
    }
}
