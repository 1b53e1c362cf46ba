package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.GgufCopy;
import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model as GGUF computes the same bits as in the safetensors form that it was copied from. */
class GgufModelTests {

    private static final Path WEIGHTS = Path.of("..", "src", "model", "weights");

    @TempDir
    Path folder;

    private void requireSameLogits(Path safetensors, GgufWriter gguf) throws IOException {
        Path file = gguf.writeTo(folder.resolve("model.gguf"));
        int[] tokens = new Random(5).ints(40, 0, 320).toArray();
        try (Transformer wanted = TransformerTests.scalar(safetensors, 64);
                Transformer found = TransformerTests.scalar(file, 64)) {
            assertThat(found.config().rope()).isEqualTo(wanted.config().rope());
            assertThat(found.config().moe()).isEqualTo(wanted.config().moe());
            assertThat(Forward.logits(found, tokens, 40)).isDeepEqualTo(Forward.logits(wanted, tokens, 40));
        }
    }

    @ParameterizedTest
    @CsvSource({"true,24", "false,24", "true,null", "false,null"})
    void logitsWhenTinyModelIsGgufAreTheSameBits(boolean split, String queryRank) throws IOException {
        new TinyCheckpoint(11).with("q_lora_rank", queryRank).writeTo(folder);
        requireSameLogits(folder, GgufCopy.of(folder, split));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void logitsWhenBundledModelIsGgufAreTheSameBits(boolean split) throws IOException {
        assumeTrue(Files.exists(WEIGHTS.resolve("model.safetensors")), "no bundled weights in " + WEIGHTS);
        requireSameLogits(WEIGHTS, GgufCopy.of(WEIGHTS, split));
    }
}
