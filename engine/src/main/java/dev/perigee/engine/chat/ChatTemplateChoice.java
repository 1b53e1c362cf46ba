package dev.perigee.engine.chat;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.tokenizer.TokenizerConfig;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides which template a model wants: as asked for, otherwise by what its files tell. */
public final class ChatTemplateChoice {

    private static final String PROPERTY = "perigee.engine.chat-template";

    private ChatTemplateChoice() {}

    /**
     * The template to use.
     *
     * @param asked a template's name, or {@code null} to decide by the files
     * @throws ModelLoadException where the name is unknown or the files do not tell
     */
    public static ChatTemplate decide(@Nullable String asked, TokenizerConfig config) {
        if (asked != null) {
            return ChatTemplate.named(asked)
                    .orElseThrow(() -> new ModelLoadException(
                            PROPERTY, "is \"" + asked + "\", known are " + ChatTemplate.names(), "give one of them"));
        }
        return byFiles(config)
                .orElseThrow(() -> new ModelLoadException(
                        config.file().toString(),
                        "does not tell which chat template the model was trained with",
                        "set " + PROPERTY + " to one of " + ChatTemplate.names()));
    }

    private static Optional<ChatTemplate> byFiles(TokenizerConfig config) {
        String name = lowerCase(config.modelName());
        String template = lowerCase(config.chatTemplate());
        if (name.contains("moonlet") || template.contains("moonlet")) {
            return Optional.of(ChatTemplate.MOONLET);
        }
        return name.isEmpty() ? byTemplateText(template) : byName(name).or(() -> byTemplateText(template));
    }

    private static Optional<ChatTemplate> byName(String name) {
        if (!name.contains("kimi-k2")) {
            return Optional.empty();
        }
        if (name.contains("k2.")) {
            return name.contains("k2.5") ? Optional.of(ChatTemplate.K25_THINKING) : Optional.empty();
        }
        return Optional.of(name.contains("thinking") ? ChatTemplate.K2_THINKING : ChatTemplate.K2_INSTRUCT);
    }

    /** K2.5's template writes tools as TypeScript; without being asked for instant answers it thinks. */
    private static Optional<ChatTemplate> byTemplateText(String template) {
        if (!template.contains("<|im_middle|>") || !template.contains("tool_declare")) {
            return Optional.empty();
        }
        if (template.contains("tools_ts")) {
            return Optional.of(ChatTemplate.K25_THINKING);
        }
        return Optional.of(template.contains("<think>") ? ChatTemplate.K2_THINKING : ChatTemplate.K2_INSTRUCT);
    }

    private static String lowerCase(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
