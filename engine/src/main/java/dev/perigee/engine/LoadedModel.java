package dev.perigee.engine;

import dev.perigee.engine.chat.ChatTemplate;
import dev.perigee.engine.chat.ChatTemplateChoice;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.ParameterCount;
import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.model.TransformerOptions;
import dev.perigee.engine.sampling.GenerationDefaults;
import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.tokenizer.TokenizerConfig;
import dev.perigee.engine.weights.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * All that a model's folder holds, opened: what computes, and what turns conversations into its tokens and back.
 *
 * @param stopIds the ids that end an answer: both ends of K2, and those of generation_config.json
 */
record LoadedModel(
        Transformer transformer,
        Tokenizer tokenizer,
        ChatTemplate template,
        GenerationDefaults defaults,
        Set<Integer> stopIds,
        ModelDescription description) {

    /** Opens the folder; the weights last, for all else is quickly refused. */
    static LoadedModel open(EngineOptions options) {
        Path folder = options.model();
        requireFolder(folder);
        ModelConfig config = ConfigFile.read(folder);
        TokenizerConfig tokenizerConfig = TokenizerConfig.read(folder);
        ChatTemplate template = ChatTemplateChoice.decide(options.chatTemplate(), tokenizerConfig);
        Tokenizer tokenizer = Tokenizer.load(folder);
        requireRoomFor(tokenizer, config, folder);
        GenerationDefaults defaults = GenerationDefaults.read(folder);
        Set<Integer> stopIds = new HashSet<>(defaults.stopIds());
        stopIds.add(tokenizer.idOf(ControlToken.EOS));
        stopIds.add(tokenizer.idOf(ControlToken.IM_END));
        String digest = ModelDigest.of(folder);
        Transformer transformer = Transformer.load(folder, transformerOptions(options));
        ModelDescription description = new ModelDescription(
                name(folder, tokenizerConfig),
                transformer.contextLength(),
                ParameterCount.of(config).total(),
                digest);
        return new LoadedModel(transformer, tokenizer, template, defaults, Set.copyOf(stopIds), description);
    }

    private static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ModelLoadException(
                    folder.toString(),
                    Files.exists(folder) ? "is not a folder" : "does not exist",
                    "give a folder with config.json, tiktoken.model and safetensors files");
        }
    }

    private static void requireRoomFor(Tokenizer tokenizer, ModelConfig config, Path folder) {
        int rows = config.dimensions().vocabSize();
        if (tokenizer.vocabularySize() > rows) {
            throw new ModelLoadException(
                    folder.toString(),
                    "tiktoken.model has " + tokenizer.vocabularySize() + " tokens, vocab_size of config.json is "
                            + rows,
                    "fetch both of the same checkpoint");
        }
    }

    private static TransformerOptions transformerOptions(EngineOptions options) {
        EngineOptions.Kernels kernels = options.kernels();
        KernelPreference preference = switch (kernels.choice()) {
            case AUTO -> KernelPreference.AUTO;
            case SCALAR -> KernelPreference.SCALAR;
            case NATIVE -> KernelPreference.NATIVE;
        };
        return new TransformerOptions(
                new KernelOptions(preference, kernels.isa(), kernels.threads(), kernels.javaAllowed()),
                options.bounds().stepTokens(),
                options.bounds().maxContext());
    }

    private static String name(Path folder, TokenizerConfig config) {
        if (config.modelName() != null) {
            return config.modelName();
        }
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return last == null ? folder.toString() : last.toString();
    }
}
