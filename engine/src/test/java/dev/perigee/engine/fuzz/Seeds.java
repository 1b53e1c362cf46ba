package dev.perigee.engine.fuzz;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.testing.GgufCopy;
import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import dev.perigee.engine.tokenizer.GgufTokens;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Sound files that the fuzzer begins with. */
final class Seeds {

    private Seeds() {}

    /** A random model of two layers, as small as the format lets it be. */
    static void tiny(Path folder) {
        try {
            new TinyCheckpoint(1)
                    .with("hidden_size", "32")
                    .with("intermediate_size", "32")
                    .with("num_hidden_layers", "2")
                    .with("num_attention_heads", "1")
                    .with("num_key_value_heads", "1")
                    .with("q_lora_rank", "4")
                    .with("kv_lora_rank", "4")
                    .with("qk_nope_head_dim", "2")
                    .with("qk_rope_head_dim", "2")
                    .with("v_head_dim", "2")
                    .with("n_routed_experts", "2")
                    .with("num_experts_per_tok", "1")
                    .with("vocab_size", "8")
                    .writeTo(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the seeds of one target into a folder of its own. */
    static Path of(Class<?> target, Path scratch) throws IOException {
        Path model = Files.createDirectories(scratch.resolve("model"));
        tiny(model);
        Path seeds = Files.createDirectories(scratch.resolve("seeds-" + target.getSimpleName()));
        if (target == GgufFuzz.class) {
            GgufCopy.of(model, true).writeTo(seeds.resolve("split"));
            GgufCopy.of(model, false).writeTo(seeds.resolve("joined"));
        } else if (target == GgufVocabularyFuzz.class) {
            ggufVocabulary(scratch.resolve("words")).writeTo(seeds.resolve("words"));
        } else if (target == ShardIndexFuzz.class) {
            Files.writeString(seeds.resolve("sound"), index(model));
        } else if (target == TokenizerJsonFuzz.class) {
            Files.writeString(seeds.resolve("sound"), deepSeekVocabulary());
        } else if (target == TiktokenFuzz.class) {
            TestVocabularies.write(seeds.resolve("bytes"));
        } else {
            String name = target == ConfigFuzz.class ? "config.json" : "model.safetensors";
            Files.copy(model.resolve(name), seeds.resolve("sound"));
        }
        return seeds;
    }

    /** The first line of the golden file of DeepSeek's tokenizers holds a whole one. */
    private static String deepSeekVocabulary() throws IOException {
        try (InputStream golden = Objects.requireNonNull(Tokenizer.class.getResourceAsStream("deepseek-golden.jsonl"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(golden, StandardCharsets.UTF_8))) {
            return JsonMapper.shared()
                    .readTree(lines.readLine())
                    .get("tokenizer")
                    .toString();
        }
    }

    private static GgufWriter ggufVocabulary(Path words) {
        Tokenizer tokenizer = Tokenizer.load(TestVocabularies.write(words, "he", "ll", "hell"));
        return new GgufWriter().vocabulary(GgufTokens.of(tokenizer, tokenizer.vocabularySize() + 1));
    }

    /** Every tensor in the one file. */
    private static String index(Path model) {
        try (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(model)) {
            return checkpoint.tensors().keySet().stream()
                    .map(name -> '"' + name + "\":\"" + SafetensorsCheckpoint.SINGLE_FILE + '"')
                    .collect(Collectors.joining(",", "{\"weight_map\":{", "}}"));
        }
    }
}
