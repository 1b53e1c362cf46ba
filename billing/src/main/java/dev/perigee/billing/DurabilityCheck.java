package dev.perigee.billing;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Refuses a database that may lose what it confirmed. */
final class DurabilityCheck {

    private static final List<String> SETTINGS = List.of("fsync", "synchronous_commit");

    private DurabilityCheck() {}

    /** Throws {@link UnsafeDatabaseException} where a setting is off for the connections of this client. */
    static void run(JdbcClient jdbc) {
        for (String setting : SETTINGS) {
            String value = jdbc.sql("SELECT current_setting(:name)")
                    .param("name", setting)
                    .query(String.class)
                    .single();
            if (value.equals("off")) {
                throw new UnsafeDatabaseException(setting);
            }
        }
    }
}
