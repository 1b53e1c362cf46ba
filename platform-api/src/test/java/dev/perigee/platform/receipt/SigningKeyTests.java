package dev.perigee.platform.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.billing.receipts.PublicReceiptKey;
import dev.perigee.platform.secret.SecretFile;
import dev.perigee.platform.secret.SecretFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTests {

    private static final Instant START = Instant.parse("2026-11-26T12:00:00Z");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("receipt-key");
    }

    private PublicReceiptKey key(Duration after) {
        Clock clock = Clock.fixed(START.plus(after), ZoneOffset.UTC);
        return new SigningKey(new SecretFile(file), Duration.ofDays(90), clock)
                .get()
                .publicKey();
    }

    @Test
    void keyWhenTheNodeStartsAgainIsTheSameUntilItIsOld() {
        PublicReceiptKey first = key(Duration.ZERO);

        assertThat(key(Duration.ofDays(90))).isEqualTo(first);
        PublicReceiptKey second = key(Duration.ofDays(91));
        assertThat(second).isNotEqualTo(first);
        assertThat(key(Duration.ofDays(180))).isEqualTo(second);
    }

    @Test
    void keyWhenItsFileIsDamagedIsRefused() throws IOException {
        key(Duration.ZERO);
        for (String line :
                new String[] {"x", "2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z a.b", "2026-11-26T12:00:00Z !"}) {
            Files.writeString(file, line);

            assertThatThrownBy(() -> key(Duration.ZERO))
                    .isInstanceOf(SecretFileException.class)
                    .hasMessageContaining("does not hold a moment and an Ed25519 key pair");
        }
    }
}
