package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.json.JsonFiles;
import dev.perigee.engine.weights.GgufMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a model's files tell beside the vocabulary: the names of the control tokens, the model's name, its chat template's text.
 *
 * @param file where it was read, for messages
 * @param specialTokens names by id; of a GGUF file none, there they are part of the vocabulary
 * @param modelName {@code model_name} or {@code general.name}, where given
 * @param chatTemplate the template's text, from here or from chat_template.jinja; it is only looked at, never run
 */
public record TokenizerConfig(
        Path file,
        Map<Integer, String> specialTokens,
        @Nullable String modelName,
        @Nullable String chatTemplate) {

    private static final String NAME = "tokenizer_config.json";
    private static final String TEMPLATE_NAME = "chat_template.jinja";
    private static final long MAX_TEMPLATE_BYTES = 1L << 20;

    public TokenizerConfig {
        specialTokens = Map.copyOf(specialTokens);
    }

    /** What the folder's file tells; nothing where there is none. */
    public static TokenizerConfig read(Path folder) {
        Path file = folder.resolve(NAME);
        Optional<JsonNode> config = JsonFiles.readIfPresent(file);
        return new TokenizerConfig(
                file,
                config.map(node -> specialTokens(file, node)).orElse(Map.of()),
                config.map(node -> text(node, "model_name")).orElse(null),
                config.map(node -> text(node, "chat_template")).orElseGet(() -> templateFile(folder)));
    }

    /** What a GGUF file's metadata tells. */
    public static TokenizerConfig read(GgufMetadata metadata) {
        return new TokenizerConfig(
                metadata.file(),
                Map.of(),
                metadata.findText("general.name").orElse(null),
                metadata.findText("tokenizer.chat_template").orElse(null));
    }

    private static Map<Integer, String> specialTokens(Path file, JsonNode config) {
        Map<Integer, String> names = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry :
                config.path("added_tokens_decoder").properties()) {
            String content = entry.getValue().path("content").asString("");
            if (content.isEmpty() || names.containsValue(content)) {
                throw new ModelLoadException(
                        file + " added_tokens_decoder." + entry.getKey(),
                        content.isEmpty() ? "has no content" : "repeats the token " + content,
                        "fetch the file again");
            }
            names.put(id(file, entry.getKey()), content);
        }
        return names;
    }

    private static int id(Path file, String key) {
        try {
            return Integer.parseInt(key);
        } catch (NumberFormatException e) {
            throw new ModelLoadException(
                    file + " added_tokens_decoder",
                    "has the key \"" + key + "\", no token id",
                    "fetch the file again",
                    e);
        }
    }

    private static @Nullable String text(JsonNode config, String key) {
        JsonNode node = config.path(key);
        return node.isString() ? node.stringValue() : null;
    }

    private static @Nullable String templateFile(Path folder) {
        Path file = folder.resolve(TEMPLATE_NAME);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_TEMPLATE_BYTES) {
                return null;
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }
}
