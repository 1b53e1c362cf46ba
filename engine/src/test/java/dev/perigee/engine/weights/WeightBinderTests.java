package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.F16Weights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.testing.SafetensorsWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightBinderTests {

    private static final String EXPERT = "model.layers.1.mlp.experts.0.up_proj";

    @TempDir
    Path folder;

    private SafetensorsCheckpoint write(Consumer<SafetensorsWriter> change) throws IOException {
        TinyCheckpoint tiny = new TinyCheckpoint(1);
        tiny.writeConfig(folder);
        SafetensorsWriter tensors = tiny.tensors();
        change.accept(tensors);
        tensors.writeTo(folder.resolve("model.safetensors"));
        return SafetensorsCheckpoint.open(folder);
    }

    private void requireRefusal(Consumer<SafetensorsWriter> change, String message) throws IOException {
        try (SafetensorsCheckpoint checkpoint = write(change)) {
            assertThatThrownBy(() -> WeightBinder.bind(checkpoint, ConfigFile.read(folder)))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void weightsWhenExpertsArePackedAreBoundByWhatExists() throws IOException {
        try (SafetensorsCheckpoint checkpoint = write(tensors -> {})) {
            ModelWeights weights = WeightBinder.bind(checkpoint, ConfigFile.read(folder));
            assertThat(weights.embedding()).isInstanceOf(Bf16Weights.class);
            assertThat(weights.layers().get(0).feedForward()).isInstanceOf(FeedForwardWeights.Dense.class);
            assertThat(weights.layers().get(1).feedForward())
                    .isInstanceOfSatisfying(FeedForwardWeights.Experts.class, experts -> {
                        assertThat(experts.experts()).hasSize(8);
                        assertThat(experts.experts().getFirst().up()).isInstanceOf(PackedInt4Weights.class);
                        assertThat(experts.router()).isInstanceOf(Bf16Weights.class);
                    });
        }
    }

    @Test
    void weightsWhenInOtherPlainTypesAreBound() throws IOException {
        try (SafetensorsCheckpoint checkpoint = write(tensors -> tensors.without("model.norm.weight")
                .f32("model.norm.weight", new float[64], 64)
                .without("lm_head.weight")
                .f16("lm_head.weight", new float[320 * 64], 320, 64)
                .without(EXPERT + ".weight_packed")
                .f32(EXPERT + ".weight", new float[32 * 64], 32, 64))) {
            ModelWeights weights = WeightBinder.bind(checkpoint, ConfigFile.read(folder));
            assertThat(weights.head()).isInstanceOf(F16Weights.class);
            FeedForwardWeights.Experts experts =
                    (FeedForwardWeights.Experts) weights.layers().get(1).feedForward();
            assertThat(experts.experts().getFirst().up()).isInstanceOf(F32Weights.class);
        }
    }

    @Test
    void weightsWhenDeclaredShapeIsInt64AreBound() throws IOException {
        byte[] shape = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(32)
                .putLong(64)
                .array();
        try (SafetensorsCheckpoint checkpoint =
                write(tensors -> tensors.raw(EXPERT + ".weight_shape", "I64", shape, 2))) {
            assertThat(WeightBinder.bind(checkpoint, ConfigFile.read(folder))).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.embed_tokens.weight",
                "lm_head.weight",
                "model.norm.weight",
                "model.layers.0.self_attn.kv_a_layernorm.weight",
                "model.layers.2.self_attn.q_b_proj.weight",
                "model.layers.0.mlp.down_proj.weight",
                "model.layers.1.mlp.gate.e_score_correction_bias",
                "model.layers.1.mlp.shared_experts.gate_proj.weight",
                EXPERT + ".weight_scale",
                EXPERT + ".weight_shape"
            })
    void weightsWhenATensorIsMissingAreRefusedByName(String name) throws IOException {
        requireRefusal(tensors -> tensors.without(name), "tensor " + name + ": is missing");
    }

    @Test
    void weightsWhenAShapeIsAnotherAreRefusedByFileAndName() throws IOException {
        requireRefusal(
                tensors -> tensors.bf16("model.norm.weight", new float[63], 63),
                "model.safetensors tensor model.norm.weight: has shape [63], the configuration asks for [64]");
    }

    @Test
    void weightsWhenPackedColumnsDoNotFitAreRefused() throws IOException {
        requireRefusal(
                tensors -> tensors.i32(EXPERT + ".weight_packed", new int[32 * 7], 32, 7),
                EXPERT + ".weight_packed: has shape [32, 7], the configuration asks for [32, 8]");
    }

    @Test
    void weightsWhenDeclaredShapeLiesAreRefused() throws IOException {
        requireRefusal(
                tensors -> tensors.i32(EXPERT + ".weight_shape", new int[] {32, 65}, 2),
                EXPERT + ".weight_shape: says [32, 65], the configuration asks for [32, 64]");
    }

    @Test
    void weightsWhenATypeIsUnknownToTheEngineAreRefused() throws IOException {
        requireRefusal(
                tensors -> tensors.raw("lm_head.weight", "F8_E4M3", new byte[320 * 64], 320, 64),
                "lm_head.weight: is F8_E4M3, wanted is BF16, F16, F32, F8_E4M3 with its weight_scale_inv");
    }

    /** S17: 320 x 64 weights have 3 x 1 tiles. */
    @Test
    void weightsWhenScalesOfFp8HaveAnotherShapeAreRefused() throws IOException {
        requireRefusal(
                tensors -> tensors.raw("lm_head.weight", "F8_E4M3", new byte[320 * 64], 320, 64)
                        .f32("lm_head.weight_scale_inv", new float[2], 2, 1),
                "lm_head.weight_scale_inv: has shape [2, 1], the configuration asks for [3, 1]");
    }
}
