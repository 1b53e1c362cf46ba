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
     * The template to use, where it can be decided on.
     *
     * @param asked a template's name, or {@code null} to decide by the files
     * @throws ModelLoadException where the name is unknown
     */
    public static Optional<ChatTemplate> find(@Nullable String asked, TokenizerConfig config) {
        if (asked == null) {
            return byFiles(config);
        }
        return Optional.of(ChatTemplate.named(asked)
                .orElseThrow(() -> new ModelLoadException(
                        PROPERTY, "is \"" + asked + "\", known are " + ChatTemplate.names(), "give one of them")));
    }

    /**
     * The template to use.
     *
     * @param asked a template's name, or {@code null} to decide by the files
     * @throws ModelLoadException where the name is unknown or the files do not tell
     */
    public static ChatTemplate decide(@Nullable String asked, TokenizerConfig config) {
        return find(asked, config)
                .orElseThrow(() -> new ModelLoadException(
                        config.file().toString(),
                        "does not tell which chat template the model was trained with",
                        "set " + PROPERTY + " to one of " + ChatTemplate.names()));
    }

    /** What the files tell: {@code model_name} or {@code general.name} first, then the template's text. */
    private static Optional<ChatTemplate> byFiles(TokenizerConfig config) {
        String name = lowerCase(config.modelName()).replaceAll("[ _]+", "-");
        String template = lowerCase(config.chatTemplate());
        if (name.contains("moonlet") || template.contains("moonlet")) {
            return Optional.of(ChatTemplate.MOONLET);
        }
        return name.isEmpty() ? byTemplateText(template) : byName(name).or(() -> byTemplateText(template));
    }

    private static Optional<ChatTemplate> byName(String name) {
        if (name.contains("moonlight") || name.contains("kimi-vl")) {
            return Optional.of(ChatTemplate.MOONLIGHT);
        }
        if (!name.contains("kimi-k2")) {
            return Optional.empty();
        }
        if (name.contains("k2.")) {
            return name.contains("k2.5") ? Optional.of(ChatTemplate.K25_THINKING) : Optional.empty();
        }
        return Optional.of(name.contains("thinking") ? ChatTemplate.K2_THINKING : ChatTemplate.K2_INSTRUCT);
    }

    /**
     * Moonlight's template knows no tools. K2.5's writes them as TypeScript; without being asked for instant answers it thinks.
     */
    private static Optional<ChatTemplate> byTemplateText(String template) {
        if (!template.contains("<|im_middle|>")) {
            return Optional.empty();
        }
        if (!template.contains("tool_declare")) {
            return Optional.of(ChatTemplate.MOONLIGHT);
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
