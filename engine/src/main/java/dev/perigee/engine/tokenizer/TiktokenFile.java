package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads a vocabulary in tiktoken's text form: a line for each token, base64 of its bytes, a space, its rank.
 *
 * <p>Invariants: ranks count from 0, line by line; no token twice; all 256 single bytes are tokens.
 */
final class TiktokenFile {

    /** The file's name in a model folder. */
    static final String NAME = "tiktoken.model";

    private static final long MAX_FILE_BYTES = 32L << 20;
    private static final int MAX_TOKENS = 1_048_576;
    private static final int MAX_LINE = 2_048;

    private final Path file;
    private final TextTokens tokens = new TextTokens();

    private TiktokenFile(Path file) {
        this.file = file;
    }

    /** The tokens' bytes by rank. */
    static TextTokens read(Path file) {
        TiktokenFile reading = new TiktokenFile(file);
        reading.readLines();
        reading.tokens.missingByte().ifPresent(problem -> {
            throw reading.damaged(problem, null);
        });
        return reading.tokens;
    }

    private void readLines() {
        requireReadableSize();
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = readLine(reader); line != null; line = readLine(reader)) {
                addLine(line);
            }
        } catch (MalformedInputException e) {
            throw damaged("is not text", e);
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    private void requireReadableSize() {
        if (!Files.isRegularFile(file)) {
            throw new ModelLoadException(
                    file.toString(), "is missing or is not a file", "give a tiktoken file or a model folder with one");
        }
        try {
            long size = Files.size(file);
            if (size == 0 || size > MAX_FILE_BYTES) {
                throw damaged("has " + size + " bytes, wanted are 1 to " + MAX_FILE_BYTES, null);
            }
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    private @Nullable String readLine(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = reader.read(); c != '\n'; c = reader.read()) {
            if (c < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            if (line.length() == MAX_LINE) {
                throw damagedLine("is longer than " + MAX_LINE + " characters");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private void addLine(String line) {
        if (tokens.size() == MAX_TOKENS) {
            throw damagedLine("is one too many, at most " + MAX_TOKENS + " are read");
        }
        int space = line.indexOf(' ');
        if (space < 1) {
            throw damagedLine("has no token and rank with a space between them");
        }
        requireRank(line.substring(space + 1).strip());
        if (!tokens.add(decode(line.substring(0, space)))) {
            throw damagedLine("repeats a token");
        }
    }

    private void requireRank(String text) {
        if (!text.equals(Integer.toString(tokens.size()))) {
            throw damagedLine("has rank \"" + abbreviated(text) + "\", expected is " + tokens.size());
        }
    }

    private byte[] decode(String base64) {
        try {
            byte[] token = Base64.getDecoder().decode(base64);
            if (token.length == 0) {
                throw damagedLine("has an empty token");
            }
            return token;
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(
                    file + " line " + (tokens.size() + 1),
                    "is not base64: \"" + abbreviated(base64) + "\"",
                    "fetch the file again",
                    e);
        }
    }

    private static String abbreviated(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private ModelLoadException damagedLine(String problem) {
        return new ModelLoadException(file + " line " + (tokens.size() + 1), problem, "fetch the file again");
    }

    private ModelLoadException damaged(String problem, @Nullable Throwable cause) {
        return new ModelLoadException(file.toString(), problem, "fetch the file again", cause);
    }
}
