package dev.perigee.billing.isolation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Signs scopes as {@code isolation.signature} does in the database. Threads: safe. */
final class ScopeSigner {

    private final byte[] innerKey;
    private final byte[] outerKey;

    private ScopeSigner(byte[] innerKey, byte[] outerKey) {
        this.innerKey = innerKey;
        this.outerKey = outerKey;
    }

    /** A signer with the key that the owner of the tables reads over these connections. */
    static ScopeSigner of(DataSource owner) {
        return JdbcClient.create(owner)
                .sql("SELECT inner_key, outer_key FROM isolation.signing_key")
                .query((row, number) -> new ScopeSigner(row.getBytes("inner_key"), row.getBytes("outer_key")))
                .single();
    }

    /** The value of {@code perigee.scope} that says so in the session of this server process. */
    String sign(RowScope scope, int serverProcess) {
        byte[] said = (scope.id() + "/" + serverProcess).getBytes(StandardCharsets.UTF_8);
        return scope.id() + ":" + HexFormat.of().formatHex(digest(outerKey, digest(innerKey, said)));
    }

    private static byte[] digest(byte[] key, byte[] message) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(key);
            return sha256.digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
