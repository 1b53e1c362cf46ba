package dev.perigee.engine.tool;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Text to token ids and back: the commands {@code tokenize} and {@code detokenize}.
 *
 * <p>The model is a bare tiktoken file, a folder with {@code tiktoken.model}, or a GGUF file. Text never yields control tokens.
 */
public final class TokenizeTool {

    private TokenizeTool() {}

    /**
     * The ids of a text, on one line, separated by commas.
     *
     * @throws ModelLoadException where the vocabulary cannot be read
     */
    public static String tokenize(Path model, String text) {
        return Arrays.stream(Tokenizer.load(model).encode(text))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
    }

    /**
     * The ids of a text that comes as bytes.
     *
     * @throws IllegalArgumentException where they are not UTF-8
     */
    public static String tokenize(Path model, byte[] utf8) {
        ByteBuffer bytes = ByteBuffer.wrap(utf8);
        try {
            return tokenize(
                    model, StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text is not UTF-8, see byte " + bytes.position(), e);
        }
    }

    /**
     * The bytes of these ids, exactly; control tokens as they are spelled.
     *
     * @param ids separated by commas, spaces or line breaks
     * @throws ModelLoadException where the vocabulary cannot be read
     * @throws IllegalArgumentException where something is no id of this vocabulary
     */
    public static byte[] detokenize(Path model, String ids) {
        Tokenizer tokenizer = Tokenizer.load(model);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String word : ids.split("[\\s,]+")) {
            if (!word.isEmpty()) {
                bytes.writeBytes(tokenizer.bytes(id(word)));
            }
        }
        return bytes.toByteArray();
    }

    private static int id(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + word + "\" is no token id", e);
        }
    }
}
