package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.TinyCheckpoint;
import dev.perigee.engine.tool.ConvertTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole models give the same bits however many of their weights are interleaved yet, and however many memory suffices for. */
class InterleavedModelTests {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "scalar,INT4",
        "avx2,INT4",
        "avx512,INT4",
        "scalar,Q4_0",
        "avx2,Q4_0",
        "avx512,Q4_0",
        "scalar,Q8_0",
        "avx2,Q8_0",
        "avx512,Q8_0",
        "scalar,Q4_K",
        "avx2,Q4_K",
        "avx512,Q4_K"
    })
    void logitsWhenAllHalfOrNoneIsInterleavedAreTheSameBits(String isa, String format) throws IOException {
        Path model = model(format);
        long bytes = size(model);
        float[][] all = logits(model, isa, Long.MAX_VALUE);
        for (long most : new long[] {0, bytes / 3, bytes / 2}) {
            assertThat(logits(model, isa, most))
                    .as("%d of %d bytes", most, bytes)
                    .isDeepEqualTo(all);
        }
    }

    private Path model(String format) throws IOException {
        Path source = new TinyCheckpoint(7)
                .with("hidden_size", "256")
                .with("intermediate_size", "512")
                .with("moe_intermediate_size", "256")
                .with("q_lora_rank", "256")
                .with("kv_lora_rank", "64")
                .with("qk_nope_head_dim", "32")
                .with("v_head_dim", "64")
                .with("num_attention_heads", "4")
                .with("num_key_value_heads", "4")
                .writeTo(Files.createDirectory(folder.resolve("source")));
        if (format.equals("INT4")) {
            return source;
        }
        PrintStream nobody = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        Path target = folder.resolve("model.gguf");
        ConvertTool.convert(
                new ConvertTool.Order(source, target, ConvertTool.Format.valueOf(format), 2), nobody, nobody);
        return target;
    }

    private static long size(Path model) throws IOException {
        return Files.size(Files.isDirectory(model) ? model.resolve("model.safetensors") : model);
    }

    /** What a model computes just loaded, with the first of its experts interleaved, and with all that memory suffices for. */
    private static float[][] logits(Path model, String isa, long mostInterleaved) {
        KernelOptions kernels =
                new KernelOptions(KernelPreference.NATIVE, isa, 2, false).withMaxArrangedBytes(mostInterleaved);
        int[] tokens = new Random(5).ints(40, 0, 320).toArray();
        try (Transformer transformer = Transformer.load(model, new TransformerOptions(kernels, 64, 0))) {
            float[][] stored = Forward.logits(transformer, tokens, 16);
            boolean more = transformer.loadMore();
            assertThat(more).isTrue();
            float[][] begun = Forward.logits(transformer, tokens, 16);
            while (more) {
                more = transformer.loadMore();
            }
            assertThat(begun).isDeepEqualTo(stored);
            assertThat(Forward.logits(transformer, tokens, 16)).isDeepEqualTo(stored);
            return stored;
        } catch (ModelLoadException e) {
            assumeTrue(
                    !e.getMessage().contains("does not have it")
                            && !e.getMessage().contains("no C kernels"),
                    e::getMessage);
            throw e;
        }
    }
}
