package dev.perigee.platform.receipt;

import dev.perigee.billing.isolation.RowScope;
import dev.perigee.billing.receipts.Receipts;
import dev.perigee.platform.web.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs what was settled, over and over, and keeps a copy of the published keys where receipts are checked offline. */
final class ReceiptSigner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiptSigner.class);

    private final Receipts receipts;
    private final Path published;
    private final Duration period;
    private byte[] written = new byte[0];
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("receipts").daemon().factory());

    /**
     * A signer that does not run yet.
     *
     * @param published the file for the public keys
     */
    ReceiptSigner(Receipts receipts, Path published, Duration period) {
        this.receipts = receipts;
        this.published = published;
        this.period = period;
    }

    /** Begins; fails where the key or the database cannot be used. */
    void start() {
        publish();
        Future<?> _ = timer.scheduleWithFixedDelay(
                this::signOrWarn, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Only where the keys are other ones than those that were written last. */
    private void publish() {
        byte[] keys = Json.bytes(receipts.keys().json());
        if (Arrays.equals(keys, written)) {
            return;
        }
        try {
            Files.createDirectories(published.toAbsolutePath().getParent());
            Files.write(published, keys);
            written = keys;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signOrWarn() {
        try {
            int signed = RowScope.ofPlatform().call(receipts::signPending);
            if (signed > 0) {
                publish();
            }
        } catch (RuntimeException e) {
            LOG.warn("Receipts could not be signed; trying again in {}: {}", period, e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
