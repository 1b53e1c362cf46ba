package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.YarnConfig;
import dev.perigee.engine.testing.GgufCopy;
import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GgufConfigTests {

    private static final String KEY = "deepseek2.";

    @TempDir
    Path folder;

    private GgufWriter sound(boolean split) throws IOException {
        new TinyCheckpoint(1).writeTo(folder);
        return GgufCopy.of(folder, split);
    }

    private static Arguments bad(String id, UnaryOperator<GgufWriter> change, String message) {
        return Arguments.of(id, change, message);
    }

    private static Arguments odd(String id, String key, long value, String message) {
        return bad(id, w -> w.u32(KEY + key, value), KEY + key + " is " + message);
    }

    private static Arguments odd(String id, String key, double value, String message) {
        return bad(id, w -> w.f32(KEY + key, value), KEY + key + " is " + message);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                bad("G16", w -> w.u32("general.architecture", 1), "general.architecture is 1, wanted is a text"),
                bad("G16", w -> w.text("general.architecture", "llama"), "general.architecture is \"llama\""),
                bad("G16", w -> w.text(KEY + "block_count", "3"), KEY + "block_count is \"3\""),
                bad("key", w -> w.without(KEY + "expert_count"), "has no " + KEY + "expert_count"),
                bad("gate", w -> w.without(KEY + "expert_gating_func"), "has no " + KEY + "expert_gating_func"),
                odd("gate", "expert_gating_func", 3, "3, wanted is 1, a softmax, or 2, a sigmoid"),
                odd("G29", "block_count", 0, "0, allowed is 1 to 512"),
                bad("G29", w -> w.u32(KEY + "block_count", 1), "lies behind the last layer, " + KEY + "block_count"),
                bad(
                        "shared experts",
                        w -> w.u32(KEY + "expert_shared_count", 0),
                        "ffn_gate_shexp.weight: is there, though " + KEY + "expert_shared_count is 0"),
                odd("G29", "block_count", 513, "513, allowed"),
                odd("G29", "block_count", 0xFFFFFFFFL, "4294967295, wanted"),
                bad("G31", w -> w.u32(KEY + "embedding_length", 96), "96 by " + KEY + "embedding_length"),
                odd("G31", "attention.head_count", 0, "0, allowed"),
                odd("G31", "attention.head_count_kv", 0, "0, wanted is 1"),
                odd("G31", "attention.key_length", 49, "49, wanted is 48"),
                odd("G32", "attention.kv_lora_rank", 1L << 31, "2147483648, wanted"),
                odd("G32", "rope.dimension_count", 25, "25, wanted is less than"),
                odd("G32", "rope.freq_base", 0.0, "0.0, allowed"),
                odd("G32", "rope.freq_base", Double.NaN, "NaN, allowed"),
                odd("G32", "rope.freq_base", -1.0, "-1.0, allowed"),
                odd("G32", "rope.scaling.factor", 0.0, "0.0, allowed"),
                odd("G32", "rope.scaling.factor", Double.NaN, "NaN, allowed"),
                odd("G32", "rope.scaling.factor", Double.POSITIVE_INFINITY, "Infinity, allowed"),
                odd("G33", "context_length", 0, "0, allowed"),
                odd("G33", "context_length", 0xFFFFFFFFL, "4294967295, wanted"),
                bad("G34", w -> w.u32(KEY + "vocab_size", 321), "tensor token_embd.weight: has shape [320, 64]"),
                bad("G34", w -> w.texts("tokenizer.ggml.tokens", List.of("a")), "vocab_size is 320, wanted is 1"),
                bad(
                        "G34",
                        w -> vocabulary(w).integers("tokenizer.ggml.token_type", 1),
                        "token_type is 1 whole numbers"),
                bad("G37", w -> vocabulary(w).u32("tokenizer.ggml.bos_token_id", 320), "is 320, wanted is 0 to 319"),
                bad(
                        "G37",
                        w -> vocabulary(w).raw("tokenizer.ggml.eos_token_id", 5, new byte[] {-1, -1, -1, -1}),
                        "tokenizer.ggml.eos_token_id is -1"),
                bad("G37", w -> vocabulary(w).u32("tokenizer.ggml.padding_token_id", -1), "is 4294967295"),
                bad("tensor", w -> w.without("output.weight"), "tensor output.weight: is missing"),
                bad("type", w -> w.tensor("output_norm.weight", 26, new byte[256], 64), "is I32, which is no type"));
    }

    private static GgufWriter vocabulary(GgufWriter writer) {
        return writer.texts(
                "tokenizer.ggml.tokens",
                Stream.iterate(0, i -> i + 1).limit(320).map(i -> "t" + i).toList());
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("refused")
    void modelWhenMetadataOrTensorIsOddIsRefused(String id, UnaryOperator<GgufWriter> change, String message)
            throws IOException {
        Path file = change.apply(sound(true)).writeTo(folder.resolve("m.gguf"));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThatThrownBy(() -> checkpoint.bind(checkpoint.config()))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void modelWhenLayoutIsLegacyTakesTheHeadsOwnWidths() throws IOException {
        Path file = sound(false).writeTo(folder.resolve("m.gguf"));
        try (Checkpoint legacy = Checkpoint.open(file);
                Checkpoint source = Checkpoint.open(folder)) {
            assertThat(legacy.config().attention()).isEqualTo(source.config().attention());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "general.name,Kimi-K2-Instruct,1",
        "general.name,Kimi K2 Thinking,1",
        "general.basename,Kimi-K2-Instruct,1",
        "general.name,Kimi-K2.5,32",
        "general.name,Moonlight-16B-A3B-Instruct,32"
    })
    void betasWhenAbsentFollowTheModelsName(String key, String name, double fast) throws IOException {
        Path file = sound(true)
                .without(KEY + "rope.scaling.yarn_beta_fast")
                .without(KEY + "rope.scaling.yarn_beta_slow")
                .text(key, name)
                .writeTo(folder.resolve("m.gguf"));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            YarnConfig yarn = checkpoint.config().rope().yarn();
            assertThat(yarn).isNotNull();
            assertThat(yarn.betaFast()).isEqualTo(fast);
            assertThat(yarn.betaSlow()).isEqualTo(1);
        }
    }
}
