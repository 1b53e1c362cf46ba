package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.MoeConfig;
import dev.perigee.engine.config.RopeConfig;
import dev.perigee.engine.config.RouterConfig;
import dev.perigee.engine.config.ScoringFunction;
import dev.perigee.engine.config.TopkMethod;
import dev.perigee.engine.config.TransformerDimensions;
import dev.perigee.engine.config.YarnConfig;
import dev.perigee.engine.json.JsonFiles;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads config.json of the Kimi and DeepSeek models that have latent attention. Of a model that also sees pictures it reads the
 * language model.
 *
 * <p>What later versions of {@code transformers} write differently ({@code rope_parameters}, keys left out that have one value) means
 * the same.
 *
 * <p>Source: the published config.json of Kimi-K2-Instruct, K2.5, Moonlight-16B-A3B, Kimi-VL, DeepSeek-V3 and DeepSeek-V2-Lite.
 */
public final class ConfigFile {

    /** The file's name in a checkpoint folder. */
    public static final String NAME = "config.json";

    private static final long MAX_BYTES = 4L << 20;
    private static final String ROPE_PARAMETERS = "rope_parameters";
    private static final String ROPE_SCALING = "rope_scaling";

    private ConfigFile() {}

    /**
     * The configuration in this folder.
     *
     * @throws ModelLoadException where a key is missing, odd or out of bounds, by its name and value
     */
    public static ModelConfig read(Path folder) {
        Path file = folder.resolve(NAME);
        ConfigKeys whole = new ConfigKeys(file, "", JsonFiles.readObject(file, MAX_BYTES));
        ModelType type = ModelType.named(whole.oneOf("model_type", ModelType.all()));
        ConfigKeys keys = type.languageKeys(whole);
        refuseOtherArithmetic(keys);
        QuantizationScheme.check(whole);
        QuantizationScheme.check(keys);
        try {
            return new ModelConfig(
                    type.published(),
                    dimensions(keys),
                    attention(keys),
                    rope(keys),
                    moe(keys, keys == whole ? type : languageType(keys)),
                    keys.number("rms_norm_eps"));
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(
                    file.toString(), String.valueOf(e.getMessage()), "fetch config.json of the checkpoint again", e);
        }
    }

    private static void refuseOtherArithmetic(ConfigKeys keys) {
        keys.oneOf("hidden_act", List.of("silu"));
        keys.onlyIfPresent("attention_bias", "false");
        keys.onlyIfPresent("mlp_bias", "false");
        keys.onlyIfPresent("rope_interleave", "true");
        keys.onlyIfPresent("tie_word_embeddings", "false");
        keys.onlyIfPresent("num_key_value_heads", String.valueOf(keys.integer("num_attention_heads")));
    }

    private static ModelType languageType(ConfigKeys keys) {
        return ModelType.named(keys.oneOf("model_type", ModelType.textOnly()));
    }

    private static TransformerDimensions dimensions(ConfigKeys keys) {
        return new TransformerDimensions(
                keys.integer("hidden_size"),
                keys.integer("intermediate_size"),
                keys.integer("num_hidden_layers"),
                keys.integer("vocab_size"),
                keys.integer("max_position_embeddings"));
    }

    private static AttentionConfig attention(ConfigKeys keys) {
        return new AttentionConfig(
                keys.integer("num_attention_heads"),
                keys.integer("q_lora_rank", 0),
                keys.integer("kv_lora_rank"),
                keys.integer("qk_nope_head_dim"),
                keys.integer("qk_rope_head_dim"),
                keys.integer("v_head_dim"));
    }

    private static RopeConfig rope(ConfigKeys keys) {
        if (keys.has(ROPE_PARAMETERS)) {
            ConfigKeys rope = keys.inner(ROPE_PARAMETERS);
            return new RopeConfig(rope.number("rope_theta"), yarn(rope));
        }
        return new RopeConfig(
                keys.number("rope_theta"), keys.has(ROPE_SCALING) ? yarn(keys.inner(ROPE_SCALING)) : null);
    }

    private static @Nullable YarnConfig yarn(ConfigKeys keys) {
        String name = keys.has("type") ? "type" : "rope_type";
        if (keys.oneOf(name, List.of("yarn", "default")).equals("default")) {
            return null;
        }
        return new YarnConfig(
                keys.number("factor"),
                keys.integer("original_max_position_embeddings"),
                keys.number("beta_fast", 32),
                keys.number("beta_slow", 1),
                keys.number("mscale", 1),
                keys.number("mscale_all_dim", 0));
    }

    private static MoeConfig moe(ConfigKeys keys, ModelType type) {
        RouterConfig router = new RouterConfig(
                keys.integer("num_experts_per_tok"),
                keys.integer("n_group", 1),
                keys.integer("topk_group", 1),
                keys.number("routed_scaling_factor"),
                keys.flag("norm_topk_prob"),
                keys.constant("scoring_func", ScoringFunction.values(), type.usualScoring()),
                keys.constant("topk_method", TopkMethod.values(), type.usualMethod()));
        return new MoeConfig(
                keys.integer("n_routed_experts"),
                keys.integer("n_shared_experts", 0),
                keys.integer("moe_intermediate_size"),
                keys.integer("first_k_dense_replace"),
                keys.integer("moe_layer_freq", 1),
                router);
    }
}
