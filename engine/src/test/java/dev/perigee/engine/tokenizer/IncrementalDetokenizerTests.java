package dev.perigee.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.TestVocabularies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In the vocabulary of these tests a byte's id is its value. */
class IncrementalDetokenizerTests {

    @TempDir
    Path folder;

    private IncrementalDetokenizer detokenizer;

    @BeforeEach
    void load() {
        detokenizer = new IncrementalDetokenizer(Tokenizer.load(TestVocabularies.write(folder.resolve("v"))));
    }

    @Test
    void characterOfSeveralTokensComesWhole() {
        assertThat(pieces("a\u00e9\ud83d\ude00b".getBytes(StandardCharsets.UTF_8)))
                .containsExactly("a", "", "\u00e9", "", "", "", "\ud83d\ude00", "b");
        assertThat(detokenizer.finish()).isEmpty();
    }

    @Test
    void characterCutShortBecomesAReplacementAtTheEnd() {
        assertThat(pieces(new byte[] {'a', (byte) 0xF0, (byte) 0x9F})).containsExactly("a", "", "");
        assertThat(detokenizer.finish()).isEqualTo("\ufffd");
        assertThat(pieces(new byte[] {'b'})).containsExactly("b");
    }

    @Test
    void byteThatBeginsNoCharacterBecomesAReplacementAtOnce() {
        assertThat(pieces(new byte[] {(byte) 0xFF, 'a', (byte) 0xC3, 'b'}))
                .containsExactly("\ufffd", "a", "", "\ufffdb");
    }

    private List<String> pieces(byte[] bytes) {
        List<String> pieces = new ArrayList<>();
        for (byte value : bytes) {
            pieces.add(detokenizer.append(value & 0xFF));
        }
        return pieces;
    }
}
