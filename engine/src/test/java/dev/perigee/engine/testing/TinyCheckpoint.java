package dev.perigee.engine.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A random model of the Kimi K2 architecture, small enough for a unit test: the published keys and tensor names, INT4 routed experts,
 * bf16 otherwise.
 *
 * <p>The same seed writes the same bytes. Keys of config.json can be changed before writing; their values are JSON.
 */
public final class TinyCheckpoint {

    private final Map<String, String> config = new LinkedHashMap<>();
    private final long seed;
    private boolean packedExperts = true;

    public TinyCheckpoint(long seed) {
        this.seed = seed;
        config.put("model_type", "\"kimi_k2\"");
        config.put("hidden_size", "64");
        config.put("intermediate_size", "96");
        config.put("moe_intermediate_size", "32");
        config.put("num_hidden_layers", "3");
        config.put("num_attention_heads", "3");
        config.put("num_key_value_heads", "3");
        config.put("q_lora_rank", "24");
        config.put("kv_lora_rank", "40");
        config.put("qk_nope_head_dim", "16");
        config.put("qk_rope_head_dim", "8");
        config.put("v_head_dim", "12");
        config.put("n_routed_experts", "8");
        config.put("n_shared_experts", "1");
        config.put("num_experts_per_tok", "3");
        config.put("n_group", "1");
        config.put("topk_group", "1");
        config.put("first_k_dense_replace", "1");
        config.put("moe_layer_freq", "1");
        config.put("routed_scaling_factor", "2.5");
        config.put("norm_topk_prob", "true");
        config.put("scoring_func", "\"sigmoid\"");
        config.put("topk_method", "\"noaux_tc\"");
        config.put("hidden_act", "\"silu\"");
        config.put("attention_bias", "false");
        config.put("tie_word_embeddings", "false");
        config.put("rms_norm_eps", "1e-05");
        config.put("rope_theta", "50000.0");
        config.put(
                "rope_scaling",
                "{\"type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":64,"
                        + "\"beta_fast\":1.0,\"beta_slow\":1.0,\"mscale\":1.0,\"mscale_all_dim\":1.0}");
        config.put("max_position_embeddings", "256");
        config.put("vocab_size", "320");
    }

    /** Sets a key of config.json to this JSON. */
    public TinyCheckpoint with(String key, String json) {
        config.put(key, json);
        return this;
    }

    /** Leaves a key of config.json out. */
    public TinyCheckpoint without(String key) {
        config.remove(key);
        return this;
    }

    /** Writes the routed experts in bf16 too. */
    public TinyCheckpoint withPlainExperts() {
        packedExperts = false;
        return this;
    }

    /** Writes config.json and model.safetensors into the folder. */
    public Path writeTo(Path folder) throws IOException {
        writeConfig(folder);
        tensors().writeTo(folder.resolve("model.safetensors"));
        return folder;
    }

    /** Writes config.json alone. */
    public void writeConfig(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                config.entrySet().stream()
                        .map(e -> "  \"" + e.getKey() + "\": " + e.getValue())
                        .collect(Collectors.joining(",\n", "{\n", "\n}\n")));
    }

    /** All tensors, before they are written. */
    public SafetensorsWriter tensors() {
        return new Filling(new Random(seed)).model();
    }

    private int value(String key) {
        return Integer.parseInt(config.get(key));
    }

    private boolean hasCompressedQuery() {
        return config.containsKey("q_lora_rank") && !config.get("q_lora_rank").equals("null");
    }

    /** Fills the tensors in a fixed order from one stream of numbers. */
    private final class Filling {

        private final Random random;
        private final SafetensorsWriter out = new SafetensorsWriter();
        private final int hidden = value("hidden_size");

        Filling(Random random) {
            this.random = random;
        }

        SafetensorsWriter model() {
            plain("model.embed_tokens", value("vocab_size"), hidden);
            for (int i = 0; i < value("num_hidden_layers"); i++) {
                layer(i, "model.layers." + i + ".");
            }
            norm("model.norm", hidden);
            plain("lm_head", value("vocab_size"), hidden);
            return out;
        }

        private void layer(int number, String prefix) {
            norm(prefix + "input_layernorm", hidden);
            attention(prefix + "self_attn.");
            norm(prefix + "post_attention_layernorm", hidden);
            if (number >= value("first_k_dense_replace")) {
                experts(prefix + "mlp.");
            } else {
                feedForward(prefix + "mlp.", value("intermediate_size"), false);
            }
        }

        private void attention(String prefix) {
            int heads = value("num_attention_heads");
            int queryRows = heads * (value("qk_nope_head_dim") + value("qk_rope_head_dim"));
            if (hasCompressedQuery()) {
                plain(prefix + "q_a_proj", value("q_lora_rank"), hidden);
                norm(prefix + "q_a_layernorm", value("q_lora_rank"));
                plain(prefix + "q_b_proj", queryRows, value("q_lora_rank"));
            } else {
                plain(prefix + "q_proj", queryRows, hidden);
            }
            plain(prefix + "kv_a_proj_with_mqa", value("kv_lora_rank") + value("qk_rope_head_dim"), hidden);
            norm(prefix + "kv_a_layernorm", value("kv_lora_rank"));
            plain(
                    prefix + "kv_b_proj",
                    heads * (value("qk_nope_head_dim") + value("v_head_dim")),
                    value("kv_lora_rank"));
            plain(prefix + "o_proj", hidden, heads * value("v_head_dim"));
        }

        private void experts(String prefix) {
            int experts = value("n_routed_experts");
            plain(prefix + "gate", experts, hidden);
            out.f32(prefix + "gate.e_score_correction_bias", gaussian(experts, 0.1), experts);
            for (int i = 0; i < experts; i++) {
                feedForward(prefix + "experts." + i + ".", value("moe_intermediate_size"), packedExperts);
            }
            if (value("n_shared_experts") > 0) {
                int width = value("moe_intermediate_size") * value("n_shared_experts");
                feedForward(prefix + "shared_experts.", width, false);
            }
        }

        private void feedForward(String prefix, int width, boolean packed) {
            matrix(prefix + "gate_proj", width, hidden, packed);
            matrix(prefix + "up_proj", width, hidden, packed);
            matrix(prefix + "down_proj", hidden, width, packed);
        }

        private void matrix(String name, int rows, int columns, boolean packed) {
            if (packed) {
                packed(name, rows, columns);
            } else {
                plain(name, rows, columns);
            }
        }

        private void plain(String name, int rows, int columns) {
            out.bf16(name + ".weight", gaussian(rows * columns, 1 / Math.sqrt(columns)), rows, columns);
        }

        private void packed(String name, int rows, int columns) {
            int[] words = random.ints((long) rows * columns / 8).toArray();
            float[] scales = gaussian(rows * columns / 32, 0.05 / Math.sqrt(columns));
            for (int i = 0; i < scales.length; i++) {
                scales[i] = (float) (Math.abs(scales[i]) + 0.2 / Math.sqrt(columns));
            }
            out.i32(name + ".weight_packed", words, rows, columns / 8);
            out.bf16(name + ".weight_scale", scales, rows, columns / 32);
            out.i32(name + ".weight_shape", new int[] {rows, columns}, 2);
        }

        private void norm(String name, int width) {
            float[] values = gaussian(width, 0.1);
            for (int i = 0; i < width; i++) {
                values[i] += 1;
            }
            out.bf16(name + ".weight", values, width);
        }

        private float[] gaussian(int count, double deviation) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
            return values;
        }
    }
}
