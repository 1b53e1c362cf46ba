package dev.perigee.platform.receipt;

import dev.perigee.billing.receipts.ReceiptKey;
import dev.perigee.platform.secret.SecretFile;
import dev.perigee.platform.secret.SecretFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The key that this node signs with now: kept in a file with the moment of its making, and exchanged for a new one when it is old.
 *
 * <p>Threads: safe. Errors: {@link SecretFileException} where the file cannot be read or written, or holds no key.
 */
final class SigningKey implements Supplier<ReceiptKey> {

    private final SecretFile file;
    private final Duration lifetime;
    private final Clock clock;
    private @Nullable Made current;

    SigningKey(SecretFile file, Duration lifetime, Clock clock) {
        this.file = file;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    private record Made(Instant at, ReceiptKey key) {

        String line() {
            return at + " " + key.encode();
        }
    }

    @Override
    public synchronized ReceiptKey get() {
        Made made = current == null ? read(file.readOrCreate(() -> make().line())) : current;
        if (made.at().plus(lifetime).isBefore(clock.instant())) {
            made = make();
            file.replace(made.line());
        }
        current = made;
        return made.key();
    }

    private Made make() {
        return new Made(clock.instant(), ReceiptKey.generate());
    }

    private Made read(String line) {
        String[] parts = line.split(" ", 2);
        try {
            return new Made(Instant.parse(parts[0]), ReceiptKey.decode(parts.length == 2 ? parts[1] : ""));
        } catch (DateTimeParseException | IllegalArgumentException e) {
            throw new SecretFileException(file.path(), "does not hold a moment and an Ed25519 key pair", e);
        }
    }
}
