package dev.perigee.engine.tool;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.sampling.GenerationDefaults;
import dev.perigee.engine.tokenizer.GgufTokens;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.tokenizer.TokenizerConfig;
import dev.perigee.engine.weights.GgufConfigKeys;
import dev.perigee.engine.weights.GgufKeys;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The metadata of a converted model: all that its folder says, so that the GGUF file alone can be served. */
final class ConvertedKeys {

    private static final String TOKENIZER = "tokenizer.ggml.";
    private static final String SAMPLING = "general.sampling.";
    private static final String END = "eos";
    private static final List<String> STOPS = List.of(END, "eot", "eom");

    private ConvertedKeys() {}

    /** @param told hears where the folder has no tokenizer that the file could carry */
    static GgufKeys of(SafetensorsCheckpoint checkpoint, ModelConfig config, PrintStream told) {
        Path folder = checkpoint.folder();
        TokenizerConfig files = TokenizerConfig.read(folder);
        GgufKeys keys = new GgufKeys();
        keys.text("general.architecture", "deepseek2").integer("general.quantization_version", 2);
        keys.text("general.name", files.modelName() != null ? files.modelName() : lastName(folder));
        GgufConfigKeys.add(config, keys);
        if (Tokenizer.isAnyIn(folder)) {
            GgufTokens tokens = tokens(folder, config);
            addTokenizer(tokens, keys);
            addDefaults(tokens, GenerationDefaults.read(folder), keys);
        } else {
            told.println(
                    "no tokenizer: " + folder
                            + " has neither tiktoken.model nor tokenizer.json, the file will do for logits, bench and inspect only");
        }
        if (files.chatTemplate() != null) {
            keys.text("tokenizer.chat_template", files.chatTemplate());
        }
        return keys;
    }

    private static String lastName(Path folder) {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    private static GgufTokens tokens(Path folder, ModelConfig config) {
        Tokenizer tokenizer = Tokenizer.load(folder);
        int rows = config.dimensions().vocabSize();
        if (tokenizer.vocabularySize() > rows) {
            throw new ModelLoadException(
                    folder.toString(),
                    "the vocabulary has " + tokenizer.vocabularySize() + " tokens, vocab_size is " + rows,
                    "fetch tokenizer and weights of the same checkpoint");
        }
        return GgufTokens.of(tokenizer, rows);
    }

    private static void addTokenizer(GgufTokens tokens, GgufKeys keys) {
        keys.text(TOKENIZER + "model", "gpt2").text(TOKENIZER + "pre", tokens.pre());
        keys.texts(TOKENIZER + "tokens", tokens.tokens());
        keys.integers(TOKENIZER + "token_type", tokens.types());
        keys.texts(TOKENIZER + "merges", tokens.merges());
        for (String name : List.of("bos", "padding")) {
            if (tokens.named().containsKey(name)) {
                keys.integer(TOKENIZER + name + "_token_id", tokens.named().get(name));
            }
        }
        keys.flag(TOKENIZER + "add_bos_token", tokens.begins());
    }

    private static void addDefaults(GgufTokens tokens, GenerationDefaults defaults, GgufKeys keys) {
        @Nullable Integer end = tokens.named().get(END);
        List<Integer> stops = Stream.concat(
                        Stream.ofNullable(end), defaults.stopIds().stream().sorted())
                .distinct()
                .toList();
        for (int i = 0; i < Math.min(stops.size(), STOPS.size()); i++) {
            keys.integer(TOKENIZER + STOPS.get(i) + "_token_id", stops.get(i));
        }
        SamplingParameters sampling = defaults.sampling();
        add(SAMPLING + "temp", sampling.temperature(), keys);
        add(SAMPLING + "top_p", sampling.topP(), keys);
        add(SAMPLING + "min_p", sampling.minP(), keys);
        if (sampling.topK() != null) {
            keys.integer(SAMPLING + "top_k", sampling.topK());
        }
    }

    private static void add(String key, @Nullable Double value, GgufKeys keys) {
        if (value != null) {
            keys.number(key, value);
        }
    }
}
