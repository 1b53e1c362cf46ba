package dev.perigee.engine;

import dev.perigee.engine.chat.ChatTemplate;
import dev.perigee.engine.chat.ChatTemplateChoice;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.sampling.GenerationDefaults;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.tokenizer.TokenizerConfig;
import dev.perigee.engine.weights.Checkpoint;
import dev.perigee.engine.weights.GgufCheckpoint;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model's files say beside its weights, whichever kind of files they are.
 *
 * @param name the model's own name, or {@code null} where the files give none
 * @param template how chats are laid out, or {@code null} where only raw prompts are taken and the files do not tell
 * @param stopIds the ids that end an answer: both ends of K2, and those that the files name
 */
record ModelLanguage(
        @Nullable String name,
        Tokenizer tokenizer,
        @Nullable ChatTemplate template,
        GenerationDefaults defaults,
        Set<Integer> stopIds) {

    /**
     * Reads and checks it all against the configuration.
     *
     * @throws ModelLoadException where something is missing or damaged, or the model cannot chat though chats are wanted
     */
    static ModelLanguage read(Checkpoint checkpoint, ModelConfig config, EngineOptions.Dialogue dialogue) {
        TokenizerConfig told = told(checkpoint);
        if (!dialogue.rawOnly()) {
            DeepSeekModels.refuse(checkpoint, config, told.modelName());
        }
        @Nullable
        ChatTemplate template = dialogue.rawOnly()
                ? ChatTemplateChoice.find(dialogue.chatTemplate(), told).orElse(null)
                : ChatTemplateChoice.decide(dialogue.chatTemplate(), told);
        Tokenizer tokenizer = tokenizer(checkpoint);
        requireRoomFor(tokenizer, config, checkpoint);
        GenerationDefaults defaults = defaults(checkpoint);
        Set<Integer> stopIds = new HashSet<>(defaults.stopIds());
        stopIds.addAll(tokenizer.ends());
        return new ModelLanguage(told.modelName(), tokenizer, template, defaults, Set.copyOf(stopIds));
    }

    private static TokenizerConfig told(Checkpoint checkpoint) {
        return switch (checkpoint) {
            case SafetensorsCheckpoint safetensors -> TokenizerConfig.read(safetensors.folder());
            case GgufCheckpoint gguf -> TokenizerConfig.read(gguf.metadata());
        };
    }

    private static Tokenizer tokenizer(Checkpoint checkpoint) {
        return switch (checkpoint) {
            case SafetensorsCheckpoint safetensors -> Tokenizer.load(safetensors.folder());
            case GgufCheckpoint gguf -> Tokenizer.of(gguf.metadata());
        };
    }

    private static GenerationDefaults defaults(Checkpoint checkpoint) {
        return switch (checkpoint) {
            case SafetensorsCheckpoint safetensors -> GenerationDefaults.read(safetensors.folder());
            case GgufCheckpoint gguf -> GenerationDefaults.read(gguf.metadata());
        };
    }

    private static void requireRoomFor(Tokenizer tokenizer, ModelConfig config, Checkpoint checkpoint) {
        int rows = config.dimensions().vocabSize();
        if (tokenizer.vocabularySize() > rows) {
            throw new ModelLoadException(
                    checkpoint.path().toString(),
                    "the vocabulary has " + tokenizer.vocabularySize() + " tokens, vocab_size is " + rows,
                    "fetch tokenizer and weights of the same checkpoint");
        }
    }
}
