package dev.perigee.engine;

import dev.perigee.engine.chat.ChatTemplate;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.ParameterCount;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.sampling.GenerationDefaults;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All that a model's files hold, opened: what computes, and what turns conversations into its tokens and back. */
record LoadedModel(Transformer transformer, ModelLanguage language, ModelDescription description) {

    private static final Pattern SPLIT_SUFFIX = Pattern.compile("(-\\d{5}-of-\\d{5})?\\.gguf$");
    private static final Pattern PLAIN_NAME = Pattern.compile("\\P{Cntrl}{1,128}");

    /** Opens the files; the weights last, for all else is quickly refused. */
    static LoadedModel open(EngineOptions options) {
        Checkpoint checkpoint = Checkpoint.open(options.model());
        ModelLanguage language;
        ModelConfig config;
        @Nullable String digest;
        try {
            config = checkpoint.config();
            language = ModelLanguage.read(checkpoint, config, options.dialogue());
            @Nullable Path kept = options.keptDigests();
            digest = kept == null ? null : ModelDigest.of(checkpoint.paths(), kept);
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
        Transformer transformer = Transformer.load(
                checkpoint, options.transformer(options.bounds().stepTokens()));
        ModelDescription description = new ModelDescription(
                name(language.name(), checkpoint.path()),
                transformer.contextLength(),
                ParameterCount.of(config).total(),
                digest);
        return new LoadedModel(transformer, language, description);
    }

    /** The name that the files give where it can stand in an address, otherwise their own. */
    private static String name(@Nullable String told, Path path) {
        if (told != null && !told.isBlank() && PLAIN_NAME.matcher(told).matches()) {
            return told.strip();
        }
        Path last = path.toAbsolutePath().normalize().getFileName();
        return SPLIT_SUFFIX
                .matcher(last == null ? path.toString() : last.toString())
                .replaceFirst("");
    }

    Tokenizer tokenizer() {
        return language.tokenizer();
    }

    GenerationDefaults defaults() {
        return language.defaults();
    }

    Set<Integer> stopIds() {
        return language.stopIds();
    }

    /** How chats are laid out, {@code null} where none are taken. */
    @Nullable
    ChatTemplate template() {
        return language.template();
    }

    /** How this chat is laid out. */
    ChatTemplate chatTemplate() {
        if (language.template() == null) {
            throw new IllegalArgumentException("prompt is a chat, this engine was opened for raw prompts only");
        }
        return language.template();
    }
}
