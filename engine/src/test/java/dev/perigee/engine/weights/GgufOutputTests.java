package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.model.TransformerOptions;
import dev.perigee.engine.quantization.RowFormat;
import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufOutputTests {

    private static final GgufMix LOSSLESS = new GgufMix(RowFormat.F32, RowFormat.BF16, RowFormat.BF16);

    @TempDir
    Path folder;

    private static float[][] logits(Path model) {
        int[] tokens = new Random(5).ints(40, 0, 320).toArray();
        TransformerOptions options = new TransformerOptions(KernelOptions.of(KernelPreference.SCALAR), 64, 0);
        try (Transformer transformer = Transformer.load(model, options)) {
            return Forward.logits(transformer, tokens, 40);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"24", "null"})
    void modelWhenWrittenWithoutLossComputesTheSameBits(String queryRank) throws IOException {
        new TinyCheckpoint(11).with("q_lora_rank", queryRank).writeTo(folder);
        Path file = folder.resolve("model.gguf");
        List<Long> heard = new ArrayList<>();
        try (Checkpoint source = Checkpoint.open(folder);
                OutputStream out = Files.newOutputStream(file);
                Workers workers = new Workers(2)) {
            ModelConfig config = source.config();
            GgufKeys keys =
                    new GgufKeys().text("general.architecture", "deepseek2").text("general.name", "tiny");
            GgufConfigKeys.add(config, keys);
            GgufOutput output = GgufOutput.of(config, source.bind(config), LOSSLESS, keys);
            assertThat(output.writeTo(out, workers, (bytes, all, tensor) -> heard.add(all - bytes)))
                    .isEmpty();
        }
        assertThat(heard).isSortedAccordingTo((a, b) -> Long.compare(b, a)).endsWith(0L);
        try (Checkpoint source = Checkpoint.open(folder);
                Checkpoint written = Checkpoint.open(file)) {
            assertThat(written.config().rope()).isEqualTo(source.config().rope());
            assertThat(written.config().moe()).isEqualTo(source.config().moe());
            assertThat(written.config().attention()).isEqualTo(source.config().attention());
        }
        assertThat(logits(file)).isDeepEqualTo(logits(folder));
    }
}
