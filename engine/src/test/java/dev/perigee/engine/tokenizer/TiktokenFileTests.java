package dev.perigee.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.TestVocabularies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TiktokenFileTests {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "YWI=256             | no token and rank",
                "' 256'              | no token and rank",
                "Y*I= 256            | is not base64",
                "YWI= -1             | has rank \"-1\", expected is 256",
                "YWI= 257            | has rank \"257\", expected is 256",
                "YWI= 255            | has rank \"255\", expected is 256",
                "YWI= 0256           | has rank \"0256\"",
                "YQ== 256            | repeats a token",
            })
    void lineWhenDamagedIsNamed(String line, String problem) {
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> Tokenizer.load(withLine(line)))
                .withMessageContaining("line 257")
                .withMessageContaining(problem)
                .withMessageNotContaining("\n");
    }

    @Test
    void lineWhenEndlessIsRefusedBeforeItIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("v"), "A".repeat(1_000_000));
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> Tokenizer.load(file))
                .withMessageContaining("line 1: is longer than");
    }

    @Test
    void fileWhenEmptyForeignOrMissingIsRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        Path foreign = Files.write(folder.resolve("foreign"), new byte[] {1, 2, 3, '\n', 0});
        for (Path path : List.of(empty, foreign, folder.resolve("missing"), folder)) {
            assertThatExceptionOfType(ModelLoadException.class)
                    .isThrownBy(() -> Tokenizer.load(path))
                    .withMessageStartingWith(path.toString());
        }
    }

    @Test
    void fileWhenAByteIsMissingIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("v"), "YQ== 0\n");
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> Tokenizer.load(file))
                .withMessageContaining("no token for the single byte 0x00");
    }

    @Test
    void folderWhenConfigNamesAnIdOutsideTheControlTokensIsRefused() throws IOException {
        TestVocabularies.write(folder.resolve("tiktoken.model"), "ab");
        config("{\"added_tokens_decoder\":{\"512\":{\"content\":\"<a>\"},\"513\":{\"content\":\"<b>\"}}}");
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> Tokenizer.load(folder))
                .withMessageContaining("added_tokens_decoder.513")
                .withMessageContaining("257 to 512");
    }

    @Test
    void folderWhenConfigNamesTokensUsesTheseNames() throws IOException {
        TestVocabularies.write(folder.resolve("tiktoken.model"), "ab");
        config("{\"added_tokens_decoder\":{\"260\":{\"content\":\"<|im_end|>\",\"special\":true}}}");
        Tokenizer tokenizer = Tokenizer.load(folder);
        assertThat(tokenizer.idOf(ControlToken.IM_END)).isEqualTo(260);
        assertThat(tokenizer.idOf(ControlToken.THINK_BEGIN)).isEqualTo(257 + 22);
        assertThat(tokenizer.decode(new int[] {259})).isEqualTo("<|reserved_token_259|>");
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> tokenizer.idOf(ControlToken.IM_USER))
                .withMessageContaining("<|im_user|>");
    }

    private void config(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), json);
    }

    private Path withLine(String line) throws IOException {
        Path file = TestVocabularies.write(folder.resolve("v"));
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.add(line);
        return Files.write(file, lines);
    }
}
