package dev.perigee.engine.json;

import dev.perigee.engine.ModelLoadException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the small JSON files of a model within bounds: size, number of tokens, depth, number length, no key twice, nothing behind the end. */
public final class JsonFiles {

    private static final long MAX_BYTES = 16L << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_LENGTH = 100;
    private static final int MAX_STRING_LENGTH = 1 << 20;
    private static final long MAX_SMALL_TOKENS = 1L << 17;
    private static final long MAX_TOKENS = 1L << 19;

    /** Parsers that hold these bounds. */
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxStringLength(MAX_STRING_LENGTH)
                    .build())
            .build();

    private static final JsonMapper SMALL = mapper(MAX_SMALL_TOKENS);
    private static final JsonMapper LARGE = mapper(MAX_TOKENS);

    private JsonFiles() {}

    /** What becomes objects is bounded too: a value of two characters takes fifty bytes there. */
    private static JsonMapper mapper(long maxTokens) {
        JsonFactory bounded = FACTORY.rebuild()
                .streamReadConstraints(FACTORY.streamReadConstraints()
                        .rebuild()
                        .maxTokenCount(maxTokens)
                        .build())
                .build();
        return JsonMapper.builder(bounded)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /**
     * The object in this file of at most 16 MiB, or nothing where there is no such file.
     *
     * @throws ModelLoadException where the file is larger or holds no sound JSON object
     */
    public static Optional<JsonNode> readIfPresent(Path file) {
        return Files.exists(file) ? Optional.of(readObject(file, MAX_BYTES)) : Optional.empty();
    }

    /**
     * The object in this file.
     *
     * @throws ModelLoadException where the file is missing, larger than allowed, or holds no sound JSON object
     */
    public static JsonNode readObject(Path file, long maxBytes) {
        return object(file, readBounded(file, maxBytes), maxBytes > MAX_BYTES ? LARGE : SMALL);
    }

    /**
     * The object that these bytes of a file hold.
     *
     * @throws ModelLoadException where they hold no sound JSON object
     */
    public static JsonNode object(Path file, byte[] bytes) {
        return object(file, bytes, SMALL);
    }

    private static JsonNode object(Path file, byte[] bytes, JsonMapper mapper) {
        try {
            JsonNode node = mapper.readTree(bytes);
            if (!node.isObject()) {
                throw damaged(file, "holds no JSON object", null);
            }
            return node;
        } catch (JacksonException e) {
            throw unsound(file, e);
        }
    }

    /** The refusal of what a parser of {@link #FACTORY} could not read. */
    public static ModelLoadException unsound(Path file, JacksonException cause) {
        return damaged(file, "is not sound JSON (" + cause.getOriginalMessage() + ")", cause);
    }

    /**
     * The bytes of this file.
     *
     * @throws ModelLoadException where the file is missing or larger than allowed
     */
    public static byte[] readBounded(Path file, long maxBytes) {
        try (InputStream bytes = openBounded(file, maxBytes)) {
            return bytes.readAllBytes();
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    /**
     * The bytes of this file as they come.
     *
     * @throws ModelLoadException where the file is missing or larger than allowed
     */
    public static InputStream openBounded(Path file, long maxBytes) {
        if (!Files.isRegularFile(file)) {
            throw new ModelLoadException(
                    file.toString(), "is missing or is not a file", "give a folder that holds a complete checkpoint");
        }
        try {
            long size = Files.size(file);
            if (size > maxBytes) {
                throw damaged(file, "has " + size + " bytes, at most " + maxBytes, null);
            }
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    private static ModelLoadException damaged(Path file, String problem, @Nullable Throwable cause) {
        return new ModelLoadException(file.toString(), problem, "fetch the file again", cause);
    }
}
