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
import java.util.List;
import java.util.Map;

/**
 * Reads the configuration out of a GGUF file's metadata, architecture {@code deepseek2}.
 *
 * <p>Source: the keys that the public Kimi K2 and Moonlight files carry.
 */
final class GgufConfig {

    static final String ARCHITECTURE = "deepseek2";
    static final String PREFIX = ARCHITECTURE + ".";
    static final String TOKENS = "tokenizer.ggml.tokens";

    private static final String LAYERS = PREFIX + "block_count";
    private static final String HEADS = PREFIX + "attention.head_count";
    private static final String KEY_VALUE_HEADS = PREFIX + "attention.head_count_kv";
    private static final String RANK = PREFIX + "attention.kv_lora_rank";
    private static final String KEY = PREFIX + "attention.key_length";
    private static final String VALUE = PREFIX + "attention.value_length";
    private static final String ROTATED = PREFIX + "rope.dimension_count";
    private static final int SOFTMAX = 1;
    private static final int SIGMOID = 2;
    private static final List<String> PER_TOKEN = List.of("tokenizer.ggml.scores", "tokenizer.ggml.token_type");
    private static final List<String> TOKEN_IDS = List.of("bos", "eos", "eot", "eom", "padding", "unknown");

    /** The published names that bounds speak of, and the keys that say them here. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("hidden_size", "embedding_length"),
            Map.entry("intermediate_size", "feed_forward_length"),
            Map.entry("num_hidden_layers", "block_count"),
            Map.entry("max_position_embeddings", "context_length"),
            Map.entry("num_attention_heads", "attention.head_count"),
            Map.entry("q_lora_rank", "attention.q_lora_rank"),
            Map.entry("kv_lora_rank", "attention.kv_lora_rank"),
            Map.entry("qk_rope_head_dim", "rope.dimension_count"),
            Map.entry("rope_theta", "rope.freq_base"),
            Map.entry("rms_norm_eps", "attention.layer_norm_rms_epsilon"),
            Map.entry("n_routed_experts", "expert_count"),
            Map.entry("n_shared_experts", "expert_shared_count"),
            Map.entry("num_experts_per_tok", "expert_used_count"),
            Map.entry("moe_intermediate_size", "expert_feed_forward_length"),
            Map.entry("first_k_dense_replace", "leading_dense_block_count"),
            Map.entry("n_group", "expert_group_count"),
            Map.entry("topk_group", "expert_group_used_count"),
            Map.entry("routed_scaling_factor", "expert_weights_scale"),
            Map.entry("rope_scaling.factor", "rope.scaling.factor"),
            Map.entry("rope_scaling.original_max_position_embeddings", "rope.scaling.original_context_length"),
            Map.entry("rope_scaling.beta_fast", "rope.scaling.yarn_beta_fast"),
            Map.entry("rope_scaling.beta_slow", "rope.scaling.yarn_beta_slow"),
            Map.entry("rope_scaling.mscale", "rope.scaling.yarn_log_multiplier"));

    private final GgufMetadata keys;

    private GgufConfig(GgufMetadata keys) {
        this.keys = keys;
    }

    /**
     * What the metadata asks for.
     *
     * @throws ModelLoadException where a key is missing, odd or out of bounds, by its name and value
     */
    static ModelConfig read(GgufMetadata metadata) {
        return new GgufConfig(metadata).config();
    }

    private ModelConfig config() {
        keys.require("general.architecture", ARCHITECTURE);
        try {
            return new ModelConfig(
                    ARCHITECTURE,
                    dimensions(),
                    attention(),
                    new RopeConfig(keys.number(PREFIX + "rope.freq_base"), GgufYarn.read(keys)),
                    moe(),
                    keys.number(PREFIX + "attention.layer_norm_rms_epsilon"));
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(
                    keys.file().toString(),
                    inOwnWords(String.valueOf(e.getMessage())),
                    "give a sound GGUF file of the Kimi K2 family",
                    e);
        }
    }

    /** Names the key of this file where a bound names the published one. */
    private static String inOwnWords(String message) {
        int end = message.indexOf(' ');
        String published = end < 0 ? message : message.substring(0, end);
        return KEYS.containsKey(published) ? PREFIX + KEYS.get(published) + message.substring(end) : message;
    }

    private TransformerDimensions dimensions() {
        int layers = keys.integer(LAYERS);
        int drafting = keys.integer(PREFIX + "nextn_predict_layers", 0);
        if (drafting < 0 || drafting > Math.max(0, layers)) {
            throw keys.odd(PREFIX + "nextn_predict_layers", "at most " + LAYERS);
        }
        return new TransformerDimensions(
                keys.integer(PREFIX + "embedding_length"),
                keys.integer(PREFIX + "feed_forward_length"),
                layers - drafting,
                vocabulary(),
                keys.integer(PREFIX + "context_length"));
    }

    private int vocabulary() {
        if (!keys.has(TOKENS)) {
            return keys.integer(PREFIX + "vocab_size");
        }
        int tokens = (int) keys.size(TOKENS);
        if (keys.integer(PREFIX + "vocab_size", tokens) != tokens) {
            throw keys.odd(PREFIX + "vocab_size", tokens + ", the size of " + TOKENS);
        }
        for (String key : PER_TOKEN) {
            if (keys.has(key) && keys.size(key) != tokens) {
                throw keys.odd(key, tokens + " values, the size of " + TOKENS);
            }
        }
        for (String name : TOKEN_IDS) {
            String key = "tokenizer.ggml." + name + "_token_id";
            int id = keys.integer(key, 0);
            if (id < 0 || id >= tokens) {
                throw keys.odd(key, "0 to " + (tokens - 1));
            }
        }
        return tokens;
    }

    /** The newer layout says the heads' own widths under …_mla, and the latent's under the older names. */
    private AttentionConfig attention() {
        boolean split = keys.has(KEY + "_mla") && keys.has(VALUE + "_mla");
        int heads = keys.integer(HEADS);
        int rank = keys.integer(RANK);
        int rotated = keys.integer(ROTATED);
        int key = keys.integer(split ? KEY + "_mla" : KEY);
        if (rotated >= key) {
            throw keys.odd(ROTATED, "less than " + (split ? KEY + "_mla " : KEY + " ") + key);
        }
        if (split) {
            requireSame(KEY, (long) rank + rotated, RANK + " + " + ROTATED);
            requireSame(VALUE, rank, RANK);
        }
        int keyValueHeads = keys.integer(KEY_VALUE_HEADS);
        if (keyValueHeads != 1 && keyValueHeads != heads) {
            throw keys.odd(KEY_VALUE_HEADS, "1, or " + HEADS + " " + heads);
        }
        return new AttentionConfig(
                heads,
                keys.integer(PREFIX + "attention.q_lora_rank", 0),
                rank,
                key - rotated,
                rotated,
                keys.integer(split ? VALUE + "_mla" : VALUE));
    }

    private void requireSame(String key, long wanted, String because) {
        if (keys.integer(key) != wanted) {
            throw keys.odd(key, wanted + ", which is " + because);
        }
    }

    private ScoringFunction scoring() {
        return switch (keys.integer(PREFIX + "expert_gating_func")) {
            case SOFTMAX -> ScoringFunction.SOFTMAX;
            case SIGMOID -> ScoringFunction.SIGMOID;
            default ->
                throw keys.odd(PREFIX + "expert_gating_func", SOFTMAX + ", a softmax, or " + SIGMOID + ", a sigmoid");
        };
    }

    /** The file does not say: each scoring function has come with one way to choose. */
    private static TopkMethod method(ScoringFunction scoring, int groups) {
        return switch (scoring) {
            case SIGMOID -> TopkMethod.NOAUX_TC;
            case SOFTMAX -> groups > 1 ? TopkMethod.GROUP_LIMITED_GREEDY : TopkMethod.GREEDY;
        };
    }

    private MoeConfig moe() {
        ScoringFunction scoring = scoring();
        int groups = keys.integer(PREFIX + "expert_group_count", 1);
        RouterConfig router = new RouterConfig(
                keys.integer(PREFIX + "expert_used_count"),
                groups,
                keys.integer(PREFIX + "expert_group_used_count", 1),
                keys.number(PREFIX + "expert_weights_scale", 1),
                keys.flag(PREFIX + "expert_weights_norm", false),
                scoring,
                method(scoring, groups));
        return new MoeConfig(
                keys.integer(PREFIX + "expert_count"),
                keys.integer(PREFIX + "expert_shared_count", 0),
                keys.integer(PREFIX + "expert_feed_forward_length"),
                keys.integer(PREFIX + "leading_dense_block_count", 0),
                1,
                router);
    }
}
