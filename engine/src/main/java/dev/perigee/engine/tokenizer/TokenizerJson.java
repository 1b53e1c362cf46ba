package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.json.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads tokenizer.json as DeepSeek's models ship it: byte-level BPE with one of the pre-tokenizers in {@link SplitStages}. Its regular expressions
 * are recognised, never run. All added tokens are control tokens.
 */
final class TokenizerJson {

    static final String NAME = "tokenizer.json";

    private static final long MAX_BYTES = 16L << 20;
    private static final int MAX_TOKENS = 1 << 20;
    private static final String NONE = "";
    private static final String CONFIG = "tokenizer_config.json";

    private final Path file;
    private final TokenizerJsonReader.Content content;
    private final JsonNode json;
    private final String[] tokens;
    private final BitSet control = new BitSet();

    private TokenizerJson(Path file) {
        this.file = file;
        this.content = TokenizerJsonReader.read(file, MAX_BYTES);
        this.json = content.rest();
        this.tokens = new String[size()];
        Arrays.fill(tokens, NONE);
    }

    /** The vocabulary in this file; tokenizer_config.json beside it says what belongs around a prompt. */
    static Tokenizer read(Path file) {
        return new TokenizerJson(file).tokenizer();
    }

    private Tokenizer tokenizer() {
        require(json.path("model"), "type", "BPE");
        SplitStages stages =
                SplitStages.of(patterns()).orElseThrow(() -> refused("pre_tokenizer is none of a DeepSeek model"));
        content.vocabulary().forEach((token, id) -> place(id, token));
        json.path("added_tokens").forEach(this::control);
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id].equals(NONE)) {
                tokens[id] = "<|reserved_token_" + id + "|>";
                control.set(id);
            }
        }
        return new MergedVocabulary(stages, Arrays.asList(tokens), control, content.merges(), frame(), this::refused)
                .tokenizer();
    }

    /** One more than the largest id. */
    private int size() {
        int most = -1;
        for (int id : content.vocabulary().values()) {
            most = Math.max(most, within(id, "vocab"));
        }
        for (JsonNode token : json.path("added_tokens")) {
            most = Math.max(most, id(token.path("id"), "added_tokens"));
        }
        return most + 1;
    }

    private int id(JsonNode node, String where) {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw refused(where + " has the id " + node);
        }
        return within(node.intValue(), where);
    }

    private int within(int id, String where) {
        if (id < 0 || id >= MAX_TOKENS) {
            throw refused(where + " has the id " + id + ", wanted is 0 to " + (MAX_TOKENS - 1));
        }
        return id;
    }

    private void place(int id, String token) {
        if (token.isEmpty() || !tokens[id].equals(NONE)) {
            throw refused("vocab names id " + id + " twice or not at all");
        }
        tokens[id] = token;
    }

    private void control(JsonNode token) {
        int id = id(token.path("id"), "added_tokens");
        String content = token.path("content").asString("");
        if (content.isEmpty() || control.get(id) || !tokens[id].equals(NONE) && !tokens[id].equals(content)) {
            throw refused("added_tokens names id " + id + " twice or not at all");
        }
        tokens[id] = content;
        control.set(id);
    }

    private List<String> patterns() {
        JsonNode stages = json.path("pre_tokenizer").path("pretokenizers");
        require(json.path("pre_tokenizer"), "type", "Sequence");
        List<String> patterns = new ArrayList<>();
        for (JsonNode stage : stages) {
            switch (stage.path("type").asString("")) {
                case "Split" -> patterns.add(split(stage));
                case "Digits" -> patterns.add(digits(stage));
                case "ByteLevel" -> byteLevel(stage);
                default -> throw refused("pre_tokenizer has a stage of type " + stage.path("type"));
            }
        }
        return patterns;
    }

    private String split(JsonNode stage) {
        require(stage, "behavior", "Isolated");
        if (stage.path("invert").asBoolean(false)) {
            throw refused("pre_tokenizer has an inverted Split");
        }
        return stage.path("pattern").path("Regex").asString("");
    }

    private String digits(JsonNode stage) {
        if (!stage.path("individual_digits").asBoolean(false)) {
            throw refused("pre_tokenizer has Digits that are not individual");
        }
        return SplitStages.DIGITS;
    }

    private void byteLevel(JsonNode stage) {
        if (stage.path("add_prefix_space").asBoolean(false)
                || stage.path("use_regex").asBoolean(true)) {
            throw refused("pre_tokenizer has a ByteLevel with add_prefix_space or use_regex");
        }
    }

    private void require(JsonNode node, String key, String wanted) {
        if (!node.path(key).asString("").equals(wanted)) {
            throw refused(key + " is " + node.path(key) + ", wanted is \"" + wanted + "\"");
        }
    }

    private Tokenizer.Frame frame() {
        Path beside = file.resolveSibling(CONFIG);
        JsonNode config = JsonFiles.readIfPresent(beside).orElse(json);
        boolean begins = config.path("add_bos_token").asBoolean(false);
        @Nullable Integer end = named(config, "eos_token");
        @Nullable Integer start = begins ? named(config, "bos_token") : null;
        return new Tokenizer.Frame(start == null ? List.of() : List.of(start), end == null ? Set.of() : Set.of(end));
    }

    /** The id of the control token that a key names, as a text or as an object with its content. */
    private @Nullable Integer named(JsonNode config, String key) {
        JsonNode value = config.path(key);
        String content = value.isObject() ? value.path("content").asString("") : value.asString("");
        for (int id = control.nextSetBit(0); id >= 0; id = control.nextSetBit(id + 1)) {
            if (tokens[id].equals(content)) {
                return id;
            }
        }
        return null;
    }

    private ModelLoadException refused(String problem) {
        return new ModelLoadException(file.toString(), problem, "give the tokenizer.json of a DeepSeek model");
    }
}
