package dev.perigee.console;

import java.util.List;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the overview page shows; every text is ready to be printed.
 *
 * @param day today, in UTC
 * @param figures the headline figures
 * @param points the chart's bars
 * @param tenants the table's lines
 */
record Overview(String day, List<Figure> figures, List<Point> points, List<TenantLine> tenants) {

    private static final JsonMapper JSON = new JsonMapper();

    Overview {
        figures = List.copyOf(figures);
        points = List.copyOf(points);
        tenants = List.copyOf(tenants);
    }

    /** The chart's bars as the JSON that console.js reads. */
    public String pointsJson() {
        return JSON.writeValueAsString(points);
    }

    /** A headline figure. */
    record Figure(String label, String value) {}

    /** A bar: a tenant's tokens today. */
    record Point(String label, long input, long output) {}

    /** A tenant and what it used today. */
    record TenantLine(
            UUID id,
            String name,
            List<KeyLine> keys,
            String requests,
            String inputTokens,
            String outputTokens,
            String cost) {

        TenantLine {
            keys = List.copyOf(keys);
        }
    }

    /** A key of a tenant; {@code state} is active, expired or revoked. */
    record KeyLine(UUID id, String name, String prefix, String state) {}
}
