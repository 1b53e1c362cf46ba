package dev.perigee.app.command;

import dev.perigee.app.start.DataDirectories;
import dev.perigee.billing.receipts.ReceiptKeySet;
import dev.perigee.billing.receipts.ReceiptVerdict;
import dev.perigee.billing.receipts.ReceiptVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whether a receipt is as it was signed; needs no network and no database. */
@Command(
        name = "verify-receipt",
        mixinStandardHelpOptions = true,
        description = "Check a usage receipt offline against the published public keys.")
final class VerifyReceiptCommand implements Callable<Integer> {

    private static final long MAX_BYTES = 1 << 20;

    @Parameters(paramLabel = "FILE", description = "The receipt, as GET /v1/receipts/{id} answers it.")
    private @Nullable Path receipt;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The keys, as /.well-known/perigee-receipt-keys.json answers them"
                    + " (default: receipt-keys.json in the data directory).")
    private @Nullable Path keys;

    @Override
    public Integer call() {
        if (receipt == null) {
            throw new IllegalArgumentException("FILE is missing");
        }
        String text = text(receipt);
        Path published = keys == null ? DataDirectories.standard().resolve("receipt-keys.json") : keys;
        return switch (new ReceiptVerifier(keys(published)).verify(text)) {
            case ReceiptVerdict.Genuine genuine -> {
                System.out.println("genuine: the receipt of request " + genuine.requestId() + ", signed by key "
                        + genuine.keyId());
                yield 0;
            }
            case ReceiptVerdict.Refused refused -> throw new IllegalArgumentException(receipt + " " + refused.reason());
        };
    }

    private static ReceiptKeySet keys(Path file) {
        String text = text(file);
        try {
            return ReceiptKeySet.read(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + " " + e.getMessage(), e);
        }
    }

    private static String text(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + " is missing or is not a file");
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + " has " + Files.size(file) + " bytes, at most " + MAX_BYTES);
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
