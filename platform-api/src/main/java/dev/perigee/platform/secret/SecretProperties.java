package dev.perigee.platform.secret;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where secrets are.
 *
 * @param dataDir Folder for everything that this platform keeps on disk. Default: .perigee in the home directory.
 * @param serverKey Text of at least 32 characters under which API keys and end users are hashed. Default: made at the first start and kept
 *     in the data directory. Nodes that share a database must share it.
 */
@ConfigurationProperties("perigee")
record SecretProperties(@Nullable Path dataDir, @Nullable String serverKey) {

    SecretProperties {
        if (serverKey != null && serverKey.isBlank()) {
            serverKey = null;
        }
        if (serverKey != null && serverKey.length() < ServerKey.MIN_LENGTH) {
            throw new IllegalArgumentException("perigee.server-key has " + serverKey.length()
                    + " characters, must have at least " + ServerKey.MIN_LENGTH);
        }
    }

    Path folder() {
        return dataDir != null ? dataDir : Path.of(System.getProperty("user.home"), ".perigee");
    }

    @Override
    public String toString() {
        return "SecretProperties[dataDir=" + dataDir + "]";
    }
}
