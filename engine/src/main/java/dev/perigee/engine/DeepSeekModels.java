package dev.perigee.engine;

import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.RouterConfig;
import dev.perigee.engine.config.ScoringFunction;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.weights.Checkpoint;
import dev.perigee.engine.weights.GgufCheckpoint;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells DeepSeek's models from Kimi's, which share their architecture: they compute here, but nothing here lays out their chats. */
final class DeepSeekModels {

    private static final String NAME = "deepseek";

    private DeepSeekModels() {}

    /** Refuses a DeepSeek model by what shows it: its router, its tokenizer or its name. */
    static void refuse(Checkpoint checkpoint, ModelConfig config, @Nullable String modelName) {
        router(config.moe().router())
                .or(() -> tokenizer(checkpoint, config))
                .or(() -> named("name", modelName))
                .ifPresent(sign -> {
                    throw new ModelLoadException(
                            checkpoint.path().toString(),
                            "is a DeepSeek model (" + sign + "), which cannot chat here",
                            "give a Kimi or Moonlight model; logits, bench, inspect, convert and generate --raw take this one");
                });
    }

    /** No Kimi model has either. */
    private static Optional<String> router(RouterConfig router) {
        if (router.scoringFunc() == ScoringFunction.SOFTMAX) {
            return Optional.of("its router takes a softmax");
        }
        return router.nGroup() > 1 ? Optional.of("its router has " + router.nGroup() + " groups") : Optional.empty();
    }

    private static Optional<String> tokenizer(Checkpoint checkpoint, ModelConfig config) {
        return switch (checkpoint) {
            case SafetensorsCheckpoint safetensors ->
                Tokenizer.isIn(safetensors.folder()) ? Optional.empty() : named("model_type", config.modelType());
            case GgufCheckpoint gguf ->
                named(
                        "tokenizer.ggml.pre",
                        gguf.metadata().findText("tokenizer.ggml.pre").orElse(null));
        };
    }

    private static Optional<String> named(String key, @Nullable String value) {
        return Optional.ofNullable(value)
                .filter(text -> text.toLowerCase(Locale.ROOT).contains(NAME))
                .map(text -> "its " + key + " is " + text);
    }
}
