package dev.perigee.engine.weights;

import dev.perigee.engine.config.ScoringFunction;
import dev.perigee.engine.config.TopkMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The published kinds of model whose arithmetic this engine knows: {@code model_type} of config.json. */
enum ModelType {
    KIMI_K2(null, TopkMethod.NOAUX_TC),
    KIMI_K25("text_config", TopkMethod.NOAUX_TC),
    KIMI_VL("text_config", TopkMethod.NOAUX_TC),
    DEEPSEEK_V3(null, TopkMethod.NOAUX_TC),
    DEEPSEEK_V2(null, TopkMethod.GREEDY);

    private final @Nullable String textKey;
    private final TopkMethod usualMethod;

    ModelType(@Nullable String textKey, TopkMethod usualMethod) {
        this.textKey = textKey;
        this.usualMethod = usualMethod;
    }

    /** The kind that config.json names. */
    static ModelType named(String published) {
        return valueOf(published.toUpperCase(Locale.ROOT));
    }

    String published() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> all() {
        return Arrays.stream(values()).map(ModelType::published).toList();
    }

    /** The kinds that have no part beside text. */
    static List<String> textOnly() {
        return Arrays.stream(values())
                .filter(type -> type.textKey == null)
                .map(ModelType::published)
                .toList();
    }

    /** The keys of the language model: those of the file, or an object in it where the model sees pictures too. */
    ConfigKeys languageKeys(ConfigKeys file) {
        return textKey == null ? file : file.inner(textKey);
    }

    /** What stands before the names of the language model's tensors. */
    String tensorPrefix() {
        return textKey == null ? "" : "language_model.";
    }

    /** What a file means that does not say. */
    TopkMethod usualMethod() {
        return usualMethod;
    }

    /** What a file means that does not say. */
    ScoringFunction usualScoring() {
        return usualMethod.hasCorrectionBias() ? ScoringFunction.SIGMOID : ScoringFunction.SOFTMAX;
    }
}
