package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.ScoringFunction;
import dev.perigee.engine.config.TopkMethod;
import dev.perigee.engine.config.YarnConfig;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTests {

    private static final String SCHEME =
            "{'quant_method':'compressed-tensors','format':'pack-quantized','config_groups':"
                    + "{'group_0':{'weights':{'num_bits':%s,'type':'int','symmetric':%s,'group_size':%s,'actorder':null}}}}";

    @TempDir
    Path folder;

    private ModelConfig read(TinyCheckpoint checkpoint) throws IOException {
        checkpoint.writeConfig(folder);
        return ConfigFile.read(folder);
    }

    private void requireRefusal(TinyCheckpoint checkpoint, String message) throws IOException {
        checkpoint.writeConfig(folder);
        assertThatThrownBy(() -> ConfigFile.read(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith(folder.resolve("config.json") + ": ")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void configWhenCompleteIsReadWhole() throws IOException {
        ModelConfig config = read(new TinyCheckpoint(0));
        assertThat(config.modelType()).isEqualTo("kimi_k2");
        assertThat(config.dimensions().vocabSize()).isEqualTo(320);
        assertThat(config.attention().qkHeadDim()).isEqualTo(24);
        assertThat(config.attention().hasCompressedQuery()).isTrue();
        assertThat(config.rope().yarn()).isEqualTo(new YarnConfig(4, 64, 1, 1, 1, 1));
        assertThat(config.moe().router().routedScalingFactor()).isEqualTo(2.5);
        assertThat(config.moe().isMoeLayer(0)).isFalse();
        assertThat(config.moe().isMoeLayer(1)).isTrue();
        assertThat(config.rmsNormEps()).isEqualTo(1e-5);
    }

    @Test
    void configWhenOptionalKeysAreMissingOrNullTakesTheirMeaning() throws IOException {
        ModelConfig config = read(new TinyCheckpoint(0)
                .with("model_type", "\"deepseek_v3\"")
                .with("q_lora_rank", "null")
                .with("rope_scaling", "null")
                .with("auto_map", "{\"AutoModel\": \"modeling.py\"}")
                .without("n_group")
                .without("topk_group")
                .without("n_shared_experts"));
        assertThat(config.attention().hasCompressedQuery()).isFalse();
        assertThat(config.rope().yarn()).isNull();
        assertThat(config.moe().router().nGroup()).isEqualTo(1);
        assertThat(config.moe().nSharedExperts()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "model_type|\"llama\"|\"model_type\" is \"llama\", wanted is one of [kimi_k2, kimi_k25, kimi_vl, deepseek_v3, deepseek_v2]",
                "hidden_act|\"gelu\"|\"hidden_act\" is \"gelu\", wanted is one of [silu]",
                "scoring_func|\"tanh\"|\"scoring_func\" is \"tanh\", wanted is one of [sigmoid, softmax]",
                "topk_method|\"best\"|is \"best\", wanted is one of [noaux_tc, greedy, group_limited_greedy]",
                "rope_interleave|false|\"rope_interleave\" is false, wanted is true",
                "mlp_bias|true|\"mlp_bias\" is true, wanted is false",
                "quantization_config|{\"quant_method\":\"fp8\",\"weight_block_size\":[64,64]}|is [64,64], wanted is [128,128]",
                "quantization_config|{\"quant_method\":\"fp8\"}|\"quantization_config.weight_block_size\" is null",
                "quantization_config|{\"quant_method\":\"fp8\",\"fmt\":\"e5m2\"}|\"quantization_config.fmt\" is \"e5m2\"",
                "attention_bias|true|\"attention_bias\" is true, wanted is false",
                "tie_word_embeddings|true|\"tie_word_embeddings\" is true, wanted is false",
                "num_key_value_heads|1|\"num_key_value_heads\" is 1, wanted is 3",
                "num_hidden_layers|1000000000|num_hidden_layers is 1000000000, allowed is 1 to 512",
                "num_hidden_layers|-1|num_hidden_layers is -1, allowed is 1 to 512",
                "num_hidden_layers|0|num_hidden_layers is 0, allowed is 1 to 512",
                "num_hidden_layers|\"61\"|\"num_hidden_layers\" is \"61\", wanted is a whole number",
                "num_hidden_layers|61.5|\"num_hidden_layers\" is 61.5, wanted is a whole number",
                "num_hidden_layers|99999999999|\"num_hidden_layers\" is 99999999999, wanted is a whole number",
                "num_hidden_layers|NaN|is not sound JSON",
                "v_head_dim|1025|v_head_dim is 1025, allowed is 1 to 1024",
                "n_routed_experts|1025|n_routed_experts is 1025, allowed is 1 to 1024",
                "num_experts_per_tok|9|num_experts_per_tok is 9, allowed is 1 to 8",
                "n_group|3|n_group is 3, it must divide n_routed_experts 8",
                "topk_group|2|topk_group is 2, allowed is 1 to 1",
                "first_k_dense_replace|4|first_k_dense_replace is 4, allowed is 0 to 3",
                "qk_rope_head_dim|7|qk_rope_head_dim is 7, it must be even",
                "kv_lora_rank|2147483647|kv_lora_rank is 2147483647, allowed is 1 to 16384",
                "max_position_embeddings|0|max_position_embeddings is 0, allowed is 1 to",
                "rope_theta|0|rope_theta is 0.0, allowed is",
                "rope_theta|1e999|rope_theta is Infinity, allowed is",
                "rms_norm_eps|-1|rms_norm_eps is -1.0, allowed is",
                "norm_topk_prob|1|\"norm_topk_prob\" is 1, wanted is true or false",
                "rope_scaling|{\"type\":\"linear\"}|\"rope_scaling.type\" is \"linear\", wanted is one of [yarn, default]",
                "rope_scaling|{\"type\":\"yarn\",\"factor\":2}|has no \"rope_scaling.original_max_position_embeddings\"",
                "rope_scaling|[1]|config.json rope_scaling.: is [1], wanted is an object",
                "hidden_size|null|has no \"hidden_size\"",
            })
    void configWhenAValueIsOddIsRefusedByNameAndValue(String key, String json, String message) throws IOException {
        new TinyCheckpoint(0).with(key, json).writeConfig(folder);
        assertThatThrownBy(() -> ConfigFile.read(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model_type",
                "hidden_size",
                "intermediate_size",
                "moe_intermediate_size",
                "num_hidden_layers",
                "num_attention_heads",
                "kv_lora_rank",
                "qk_nope_head_dim",
                "qk_rope_head_dim",
                "v_head_dim",
                "n_routed_experts",
                "num_experts_per_tok",
                "first_k_dense_replace",
                "routed_scaling_factor",
                "norm_topk_prob",
                "hidden_act",
                "rms_norm_eps",
                "rope_theta",
                "max_position_embeddings",
                "vocab_size"
            })
    void configWhenARequiredKeyIsMissingIsRefusedByName(String key) throws IOException {
        requireRefusal(new TinyCheckpoint(0).without(key), "has no \"" + key + "\"");
    }

    @Test
    void configWhenModelSeesPicturesGivesItsLanguageModel() throws IOException {
        new TinyCheckpoint(0).writeConfig(folder);
        Path file = folder.resolve("config.json");
        Files.writeString(file, "{\"model_type\":\"kimi_k25\",\"text_config\":" + Files.readString(file) + "}");
        ModelConfig config = ConfigFile.read(folder);
        assertThat(config.modelType()).isEqualTo("kimi_k25");
        assertThat(config.dimensions().vocabSize()).isEqualTo(320);
        Files.writeString(file, "{\"model_type\":\"kimi_vl\",\"text_config\":{\"model_type\":\"llama\"}}");
        assertThatThrownBy(() -> ConfigFile.read(folder)).hasMessageContaining("\"text_config.hidden_act\"");
    }

    @Test
    void configWhenWrittenByLaterTransformersMeansTheSame() throws IOException {
        ModelConfig config = read(new TinyCheckpoint(0)
                .with("model_type", "\"deepseek_v3\"")
                .without("scoring_func")
                .without("topk_method")
                .without("rope_theta")
                .without("rope_scaling")
                .with(
                        "rope_parameters",
                        "{\"rope_type\":\"yarn\",\"rope_theta\":10000.0,\"factor\":40.0,\"beta_fast\":32.0,\"beta_slow\":1.0,"
                                + "\"original_max_position_embeddings\":4096,\"mscale\":1.0,\"mscale_all_dim\":1.0}"));
        assertThat(config.rope().ropeTheta()).isEqualTo(10_000);
        assertThat(config.rope().yarn()).isEqualTo(new YarnConfig(40, 4096, 32, 1, 1, 1));
        assertThat(config.moe().router().topkMethod()).isEqualTo(TopkMethod.NOAUX_TC);
        assertThat(read(new TinyCheckpoint(0)
                                .with("model_type", "\"deepseek_v2\"")
                                .without("scoring_func")
                                .without("topk_method"))
                        .moe()
                        .router()
                        .scoringFunc())
                .isEqualTo(ScoringFunction.SOFTMAX);
    }

    @Test
    void configWhenSchemeIsMoonshotsInt4IsRead() throws IOException {
        assertThat(read(new TinyCheckpoint(0).with("quantization_config", scheme("4", "true", "32"))))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "8,true,32,num_bits",
        "4,false,32,symmetric",
        "4,true,128,group_size",
    })
    void configWhenSchemeIsAnotherIsRefused(String bits, String symmetric, String group, String key)
            throws IOException {
        requireRefusal(
                new TinyCheckpoint(0).with("quantization_config", scheme(bits, symmetric, group)),
                "." + key + "\" is ");
    }

    @Test
    void configWhenSchemeIsUnknownIsRefusedByName() throws IOException {
        requireRefusal(
                new TinyCheckpoint(0).with("quantization_config", "{\"quant_method\":\"gptq\"}"),
                "\"quantization_config.quant_method\" is \"gptq\", wanted is one of [compressed-tensors, fp8]");
    }

    private static String scheme(String bits, String symmetric, String group) {
        return SCHEME.formatted(bits, symmetric, group).replace('\'', '"');
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{", "{} {}", "{\"model_type\":\"kimi_k2\",\"model_type\":\"kimi_k2\"}"})
    void configWhenItIsNoSoundObjectIsRefused(String text) throws IOException {
        Files.writeString(folder.resolve("config.json"), text);
        assertThatThrownBy(() -> ConfigFile.read(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json");
    }

    @Test
    void configWhenNestedBeyondTheBoundIsRefused() throws IOException {
        requireRefusal(new TinyCheckpoint(0).with("x", "[".repeat(100_000)), "is not sound JSON");
    }

    @Test
    void configWhenMissingIsRefused() {
        assertThatThrownBy(() -> ConfigFile.read(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("is missing or is not a file");
    }
}
