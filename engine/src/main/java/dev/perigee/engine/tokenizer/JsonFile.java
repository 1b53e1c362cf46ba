package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the small JSON files that lie beside a model, within bounds: 16 MiB, 64 levels, no key twice. */
public final class JsonFile {

    private static final long MAX_BYTES = 16L << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_LENGTH = 100;
    private static final int MAX_STRING_LENGTH = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_LENGTH)
                            .maxStringLength(MAX_STRING_LENGTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /**
     * The object in this file, or nothing where there is no such file.
     *
     * @throws ModelLoadException where the file is too large or holds no sound JSON object
     */
    public static Optional<JsonNode> readIfPresent(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode node = MAPPER.readTree(bytes(file));
            if (!node.isObject()) {
                throw new ModelLoadException(file.toString(), "holds no JSON object", "fetch the file again");
            }
            return Optional.of(node);
        } catch (JacksonException e) {
            throw new ModelLoadException(
                    file.toString(), "is not sound JSON (" + e.getOriginalMessage() + ")", "fetch the file again", e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                throw new ModelLoadException(
                        file.toString(), "is no file of at most " + MAX_BYTES + " bytes", "fetch the file again");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }
}
