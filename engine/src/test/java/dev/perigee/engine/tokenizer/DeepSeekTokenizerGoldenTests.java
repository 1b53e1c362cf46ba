package dev.perigee.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.testing.GgufWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Ids against Hugging Face tokenizers 0.23.3 on small vocabularies with DeepSeek's two pre-tokenizers.
 *
 * <p>The golden file is made by {@code src/test/golden/deepseek/golden.py}.
 */
class DeepSeekTokenizerGoldenTests {

    private static final Path GOLDEN = Path.of("src/test/resources/dev/perigee/engine/tokenizer/deepseek-golden.jsonl");
    private static final String CONFIG =
            "{\"add_bos_token\":true,\"bos_token\":{\"content\":\"<｜begin▁of▁sentence｜>\"},"
                    + "\"eos_token\":\"<｜end▁of▁sentence｜>\"}";

    @TempDir
    Path folder;

    /** A vocabulary, and texts with their ids. */
    private record Golden(JsonNode vocabulary, List<JsonNode> texts) {}

    private static List<Golden> goldens() throws IOException {
        List<Golden> goldens = new ArrayList<>();
        for (String line : Files.readAllLines(GOLDEN)) {
            JsonNode node = JsonMapper.shared().readTree(line);
            if (node.has("tokenizer")) {
                goldens.add(new Golden(node.get("tokenizer"), new ArrayList<>()));
            } else {
                goldens.getLast().texts().add(node);
            }
        }
        return goldens;
    }

    private Tokenizer load(JsonNode vocabulary) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), vocabulary.toString());
        return Tokenizer.load(folder);
    }

    private static void requireSameIds(Tokenizer tokenizer, Golden golden) {
        assertThat(golden.texts()).hasSizeGreaterThan(150);
        for (JsonNode text : golden.texts()) {
            String written = text.get("text").stringValue();
            int[] wanted =
                    text.get("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
            assertThat(tokenizer.encode(written)).as(written).containsExactly(wanted);
            assertThat(tokenizer.decode(wanted)).isEqualTo(written);
        }
    }

    @Test
    void idsWhenVocabularyIsTokenizerJsonAreThoseOfTokenizers() throws IOException {
        for (Golden golden : goldens()) {
            requireSameIds(load(golden.vocabulary()), golden);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,deepseek-v3", "1,deepseek-llm"})
    void idsWhenVocabularyIsGgufAreThoseOfTokenizers(int number, String pre) throws IOException {
        Golden golden = goldens().get(number);
        requireSameIds(Tokenizer.load(gguf(golden.vocabulary(), pre).writeTo(folder.resolve("v.gguf"))), golden);
    }

    private static GgufWriter gguf(JsonNode json, String pre) {
        JsonNode vocabulary = json.get("model").get("vocab");
        String[] tokens = new String[vocabulary.size() + 3];
        int[] types = new int[tokens.length];
        vocabulary.properties().forEach(entry -> {
            tokens[entry.getValue().intValue()] = entry.getKey();
            types[entry.getValue().intValue()] = 1;
        });
        json.get("added_tokens").forEach(token -> {
            tokens[token.get("id").intValue()] = token.get("content").stringValue();
            types[token.get("id").intValue()] = token.get("special").booleanValue() ? 3 : 4;
        });
        for (int id = 0; id < tokens.length; id++) {
            types[id] = tokens[id] == null ? 5 : types[id];
            tokens[id] = tokens[id] == null ? "[PAD" + id + "]" : tokens[id];
        }
        List<String> merges = json.get("model")
                .get("merges")
                .valueStream()
                .map(pair -> pair.get(0).stringValue() + " " + pair.get(1).stringValue())
                .toList();
        return new GgufWriter()
                .text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", pre)
                .texts("tokenizer.ggml.tokens", List.of(tokens))
                .integers("tokenizer.ggml.token_type", types)
                .texts("tokenizer.ggml.merges", merges)
                .u32("tokenizer.ggml.bos_token_id", 0)
                .u32("tokenizer.ggml.eos_token_id", 1)
                .flag("tokenizer.ggml.add_bos_token", true);
    }

    @Test
    void promptWhenTheFilesSaySoBeginsWithTheirToken() throws IOException {
        JsonNode vocabulary = goldens().getFirst().vocabulary();
        Tokenizer bare = load(vocabulary);
        assertThat(bare.encodePrompt("a")).isEqualTo(bare.encode("a"));
        Files.writeString(folder.resolve("tokenizer_config.json"), CONFIG);
        Tokenizer json = load(vocabulary);
        Tokenizer gguf = Tokenizer.load(gguf(vocabulary, "deepseek-v3").writeTo(folder.resolve("v.gguf")));
        for (Tokenizer tokenizer : List.of(json, gguf)) {
            assertThat(tokenizer.encodePrompt("a")).startsWith(0).hasSize(2).endsWith(tokenizer.encode("a"));
            assertThat(tokenizer.ends()).containsExactly(1);
        }
        assertThat(json.vocabularySize()).isEqualTo(gguf.vocabularySize());
    }

    @Test
    void controlTokenWhenSpelledInTextIsText() throws IOException {
        Tokenizer tokenizer = load(goldens().getFirst().vocabulary());
        assertThat(tokenizer.specialTokens()).extracting(SpecialToken::text).contains("<｜User｜>");
        for (SpecialToken special : tokenizer.specialTokens()) {
            assertThat(tokenizer.isSpecial(special.id())).isTrue();
            assertThat(tokenizer.bytes(special.id())).isEqualTo(special.text().getBytes(StandardCharsets.UTF_8));
            assertThat(Arrays.stream(tokenizer.encode(special.text()))).noneMatch(tokenizer::isSpecial);
        }
    }

    @Test
    void textWhenLongAndWithoutABreakTakesLittleMoreThanLinearTime() throws IOException {
        Tokenizer tokenizer = load(goldens().getFirst().vocabulary());
        for (String unit : List.of("a", " ", "\n", "^", "界")) {
            String text = unit.repeat(1_000_000);
            Assertions.assertTimeout(
                    Duration.ofSeconds(4),
                    () -> assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text));
        }
    }

    /** As many tokens and merges as DeepSeek-V3 has, in the longer of the two ways to write merges. */
    @Test
    void vocabularyWhenAsLargeAsDeepSeeksIsRead() throws IOException {
        ObjectNode json = (ObjectNode) goldens().getFirst().vocabulary();
        ArrayNode merges = ((ObjectNode) json.get("model")).putArray("merges");
        List<String> shorter = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
        int id = 1_000;
        while (id < 128_000) {
            List<String> longer = new ArrayList<>();
            for (String word : shorter) {
                for (char letter = 'a'; letter <= 'k' && id < 128_000; letter++) {
                    merges.addArray().add(word).add(String.valueOf(letter));
                    vocab(json).put(word + letter, id++);
                    longer.add(word + letter);
                }
            }
            shorter = longer;
        }
        Tokenizer tokenizer = load(json);
        assertThat(tokenizer.encode("aba")).hasSize(1);
        assertThat(tokenizer.encode("abax")).hasSize(2);
    }

    @FunctionalInterface
    private interface Change {
        void in(ObjectNode tokenizer);
    }

    private static Arguments bad(String name, String message, Change change) {
        return Arguments.of(name, message, change);
    }

    private static ObjectNode vocab(ObjectNode json) {
        return (ObjectNode) json.get("model").get("vocab");
    }

    private static ObjectNode stage(ObjectNode json, int number) {
        return (ObjectNode) json.get("pre_tokenizer").get("pretokenizers").get(number);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                bad("model", "type is \"Unigram\"", j -> ((ObjectNode) j.get("model")).put("type", "Unigram")),
                bad("no stages", "type is ", j -> j.remove("pre_tokenizer")),
                bad(
                        "other pattern",
                        "pre_tokenizer is none",
                        j -> ((ObjectNode) stage(j, 0).get("pattern")).put("Regex", "(a+)+$")),
                bad("inverted", "inverted Split", j -> stage(j, 0).put("invert", true)),
                bad("merged", "behavior is \"Removed\"", j -> stage(j, 0).put("behavior", "Removed")),
                bad("prefix", "add_prefix_space", j -> stage(j, 3).put("add_prefix_space", true)),
                bad("other stage", "a stage of type", j -> stage(j, 3).put("type", "Metaspace")),
                bad("id below", "vocab has the id -1", j -> vocab(j).put("!", -1)),
                bad("id above", "vocab has the id 99999999", j -> vocab(j).put("!", 99_999_999)),
                bad("id twice", "twice or not at all", j -> vocab(j).put("!", 70)),
                bad("text as id", "vocab has the id 7 of !", j -> vocab(j).put("!", "7")),
                bad("byte", "no token for the single byte 0x21", j -> vocab(j).remove("!")),
                bad("letters", "is not written in GPT-2's letters", j -> vocab(j).put("a b", 4000)),
                bad(
                        "control token",
                        "added_tokens names id 5",
                        j -> ((ObjectNode) j.get("added_tokens").get(0)).put("id", 5)),
                bad(
                        "merge",
                        "merge 0 is no pair",
                        j -> ((ArrayNode) j.get("model").get("merges")).set(0, "abc")),
                bad(
                        "merge's parts",
                        "merge 0 speaks of a text that is no token",
                        j -> ((ArrayNode) j.get("model").get("merges")).set(0, "abc def")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void vocabularyWhenOddIsRefusedInOneLine(String name, String message, Change change) throws IOException {
        ObjectNode vocabulary = (ObjectNode) goldens().getFirst().vocabulary();
        change.in(vocabulary);
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> load(vocabulary))
                .withMessageContaining("tokenizer.json")
                .withMessageContaining(message)
                .withMessageNotContaining("\n");
    }
}
