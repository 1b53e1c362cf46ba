package dev.perigee.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.testing.GgufWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GgufVocabularyTests {

    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String MERGES = "tokenizer.ggml.merges";
    private static final int RANKS = 259;
    private static final int ROWS = RANKS + 256 + 5;

    @TempDir
    Path folder;

    private Tokenizer source;
    private GgufTokens sound;

    @BeforeEach
    void write() {
        source = Tokenizer.load(TestVocabularies.write(folder.resolve("v"), "he", "ll", "hell"));
        sound = GgufTokens.of(source, ROWS);
    }

    private Tokenizer load(GgufWriter writer) throws IOException {
        return Tokenizer.load(writer.writeTo(folder.resolve("v.gguf")));
    }

    private GgufWriter with(int id, String token) {
        return new GgufWriter().vocabulary(sound).texts(TOKENS, replaced(sound.tokens(), id, token));
    }

    private static List<String> replaced(List<String> values, int at, String value) {
        List<String> changed = new ArrayList<>(values);
        changed.set(at, value);
        return changed;
    }

    private GgufWriter withType(int id, int type) {
        int[] types = sound.types().stream().mapToInt(Integer::intValue).toArray();
        types[id] = type;
        return new GgufWriter().vocabulary(sound).integers("tokenizer.ggml.token_type", types);
    }

    private GgufWriter withMerges(String... merges) {
        return new GgufWriter().vocabulary(sound).texts(MERGES, List.of(merges));
    }

    @Test
    void vocabularyWhenSoundIsTheSourcesWithoutTheRowsBehindIt() throws IOException {
        Tokenizer tokenizer = load(new GgufWriter().vocabulary(sound));
        assertThat(tokenizer.encode("hello é\n")).isEqualTo(source.encode("hello é\n"));
        assertThat(tokenizer.vocabularySize()).isEqualTo(RANKS + 256);
        assertThat(tokenizer.specialTokens()).isEqualTo(source.specialTokens());
        assertThat(sound.merges()).containsExactly("h e", "l l", "he ll");
    }

    @Test
    void controlTokenWhenNamedElsewhereIsFoundThere() throws IOException {
        Tokenizer tokenizer = load(with(RANKS + 2, "<|reserved_token_261|>")
                .texts(TOKENS, replaced(replaced(sound.tokens(), RANKS + 2, "<|x|>"), RANKS + 30, "<|im_end|>")));
        assertThat(tokenizer.idOf(ControlToken.IM_END)).isEqualTo(RANKS + 30);
        assertThat(tokenizer.bytes(RANKS + 2)).isEqualTo("<|x|>".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void controlTokenWhenReservedHasKimisNameForItsPlace() throws IOException {
        Tokenizer tokenizer = load(with(RANKS + 22, "<|reserved_token_281|>"));
        assertThat(tokenizer.idOf(ControlToken.THINK_BEGIN)).isEqualTo(RANKS + 22);
    }

    @FunctionalInterface
    private interface Change {
        GgufWriter of(GgufVocabularyTests test);
    }

    private static Arguments bad(String id, Change change, String message) {
        return Arguments.of(id, change, message);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                bad("model", t -> t.plain().text("tokenizer.ggml.model", "llama"), "is \"llama\", wanted is \"gpt2\""),
                bad("pre", t -> t.plain().text("tokenizer.ggml.pre", "qwen2"), "is \"qwen2\", wanted is \"kimi-k2\""),
                bad("none", t -> t.plain().without(TOKENS), "has no " + TOKENS),
                bad("types", t -> t.plain().integers("tokenizer.ggml.token_type", 1), "token_type has 1 values"),
                bad("letters", t -> t.with(257, "he ll"), TOKENS + "[257] is not written in GPT-2's letters"),
                bad("empty", t -> t.with(257, ""), TOKENS + "[257] is not written"),
                bad("twice", t -> t.with(257, "he"), TOKENS + "[257] is there twice"),
                bad("byte", t -> t.with(7, "zz"), "no token for the single byte 0x07"),
                bad("order", t -> t.withType(RANKS + 9, 1), TOKENS + "[268] is text behind the first control"),
                bad("name", t -> t.with(RANKS + 9, "[BOS]"), "[268] is a control token without a name"),
                bad("G36 none", t -> t.plain().without(MERGES), "has no " + MERGES),
                bad("G36 space", t -> t.withMerges("h e", "hell"), MERGES + "[1] is no pair"),
                bad("G36 spaces", t -> t.withMerges("h e l"), MERGES + "[0] is no pair"),
                bad("G36 part", t -> t.withMerges("he llo"), MERGES + "[0] speaks of a text"),
                bad("G36 whole", t -> t.withMerges("h l"), MERGES + "[0] speaks of a text"),
                bad("G36 order", t -> t.withMerges("he ll", "h e"), "makes token 256 after 258"));
    }

    private GgufWriter plain() {
        return new GgufWriter().vocabulary(sound);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void vocabularyWhenOddIsRefusedByKey(String id, Change change, String message) {
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> load(change.of(this)))
                .withMessageContaining(message)
                .withMessageNotContaining("\n");
    }
}
