package dev.perigee.engine.tool;

import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.sampling.GenerationDefaults;
import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.GgufTokens;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.tokenizer.TokenizerConfig;
import dev.perigee.engine.weights.GgufConfigKeys;
import dev.perigee.engine.weights.GgufKeys;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The metadata of a converted model: all that its folder says, so that the GGUF file alone can be served. */
final class ConvertedKeys {

    private static final String TOKENIZER = "tokenizer.ggml.";
    private static final String SAMPLING = "general.sampling.";
    private static final List<String> STOPS = List.of("eos", "eot", "eom");

    private ConvertedKeys() {}

    static GgufKeys of(SafetensorsCheckpoint checkpoint, ModelConfig config) {
        Path folder = checkpoint.folder();
        TokenizerConfig told = TokenizerConfig.read(folder);
        GgufKeys keys = new GgufKeys();
        keys.text("general.architecture", "deepseek2").integer("general.quantization_version", 2);
        keys.text("general.name", told.modelName() != null ? told.modelName() : lastName(folder));
        GgufConfigKeys.add(config, keys);
        if (Tokenizer.isIn(folder)) {
            addTokenizer(Tokenizer.load(folder), config, keys);
            addDefaults(GenerationDefaults.read(folder), keys);
        }
        if (told.chatTemplate() != null) {
            keys.text("tokenizer.chat_template", told.chatTemplate());
        }
        return keys;
    }

    private static String lastName(Path folder) {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    private static void addTokenizer(Tokenizer tokenizer, ModelConfig config, GgufKeys keys) {
        GgufTokens tokens = GgufTokens.of(tokenizer, config.dimensions().vocabSize());
        keys.text(TOKENIZER + "model", "gpt2").text(TOKENIZER + "pre", "kimi-k2");
        keys.texts(TOKENIZER + "tokens", tokens.tokens());
        keys.integers(TOKENIZER + "token_type", tokens.types());
        keys.texts(TOKENIZER + "merges", tokens.merges());
        keys.integer(TOKENIZER + "bos_token_id", tokenizer.idOf(ControlToken.BOS));
        keys.integer(TOKENIZER + "padding_token_id", tokenizer.idOf(ControlToken.PADDING));
        keys.flag(TOKENIZER + "add_bos_token", false);
    }

    private static void addDefaults(GenerationDefaults defaults, GgufKeys keys) {
        List<Integer> stops = defaults.stopIds().stream().sorted().toList();
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
