package dev.perigee.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Vocabularies for tests: the real one where the shared data is there, and small ones written on the spot. */
public final class TestVocabularies {

    private static final String DEFAULT_DATA = "../../shared/data";

    private TestVocabularies() {}

    /** A file of the shared data; the test is skipped, visibly, where it is absent. */
    public static Path shared(String name) {
        String root = System.getenv().getOrDefault("PERIGEE_TEST_DATA", DEFAULT_DATA);
        Path file = Path.of(root).resolve(name);
        assumeTrue(Files.exists(file), "needs " + file.toAbsolutePath().normalize());
        return file;
    }

    /** Writes a vocabulary of the 256 bytes and these words, in this order. */
    public static Path write(Path file, String... words) {
        List<byte[]> tokens = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            tokens.add(new byte[] {(byte) value});
        }
        for (String word : words) {
            tokens.add(word.getBytes(StandardCharsets.UTF_8));
        }
        List<String> lines = new ArrayList<>();
        for (int rank = 0; rank < tokens.size(); rank++) {
            lines.add(Base64.getEncoder().encodeToString(tokens.get(rank)) + " " + rank);
        }
        try {
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
