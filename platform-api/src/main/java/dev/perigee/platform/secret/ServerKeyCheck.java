package dev.perigee.platform.secret;

import java.util.HexFormat;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Refuses a database whose hashes were made with another key: all its API keys would be unknown, without anyone told why. */
final class ServerKeyCheck {

    private ServerKeyCheck() {}

    /** Leaves the key's fingerprint in the database, or throws {@link OtherServerKeyException} where another one is there. */
    static void run(ServerKey key, JdbcClient jdbc) {
        String fingerprint = HexFormat.of().formatHex(key.hash(HashPurpose.FINGERPRINT), 0, 16);
        jdbc.sql(
                        "INSERT INTO platform.server_key (fingerprint) VALUES (:fingerprint) ON CONFLICT (only_one) DO NOTHING")
                .param("fingerprint", fingerprint)
                .update();
        String known = jdbc.sql("SELECT fingerprint FROM platform.server_key")
                .query(String.class)
                .single();
        if (!known.equals(fingerprint)) {
            throw new OtherServerKeyException();
        }
    }
}
