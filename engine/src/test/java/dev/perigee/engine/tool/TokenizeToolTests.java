package dev.perigee.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.engine.TestVocabularies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeToolTests {

    @TempDir
    Path folder;

    private Path vocabulary;

    @BeforeEach
    void write() {
        vocabulary = TestVocabularies.write(folder.resolve("tiktoken.model"), "he", "hell", "hello");
    }

    @Test
    void textGivesIdsFromABareFileAndFromAFolder() {
        assertThat(TokenizeTool.tokenize(vocabulary, "hello A")).isEqualTo("258,32,65");
        assertThat(TokenizeTool.tokenize(folder, "hello A".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("258,32,65");
        assertThat(TokenizeTool.tokenize(folder, "")).isEmpty();
    }

    @Test
    void idsGiveTheExactBytes() {
        assertThat(TokenizeTool.detokenize(vocabulary, "258, 32\n195"))
                .containsExactly('h', 'e', 'l', 'l', 'o', ' ', 0xC3);
        assertThat(new String(TokenizeTool.detokenize(vocabulary, "261"), StandardCharsets.UTF_8))
                .isEqualTo("<|im_end|>");
    }

    @Test
    void inputThatIsNoTextOrNoIdIsRefusedByPlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenizeTool.tokenize(vocabulary, new byte[] {'a', (byte) 0xFF}))
                .withMessageContaining("not UTF-8, see byte 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenizeTool.detokenize(vocabulary, "1,x"))
                .withMessageContaining("\"x\" is no token id");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenizeTool.detokenize(vocabulary, "515"))
                .withMessageContaining("token id is 515, must lie between 0 and 514");
    }
}
