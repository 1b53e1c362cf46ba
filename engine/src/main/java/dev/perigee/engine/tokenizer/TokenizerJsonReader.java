package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.json.JsonFiles;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * Takes tokenizer.json apart: its two long lists as they come, all else as one small object. A hundred thousand merges as objects would take a
 * hundred mebibytes.
 */
final class TokenizerJsonReader {

    private static final int MOST_ENTRIES = 1 << 19;
    private static final int MOST_REST = 2 << 20;

    private final Path file;
    private final byte[] bytes;
    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final List<String> merges = new ArrayList<>();
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private int copied;

    private TokenizerJsonReader(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * What the file holds.
     *
     * @param vocabulary ids by token
     * @param merges pairs with a space between them
     * @param rest the same object with both lists empty
     */
    record Content(Map<String, Integer> vocabulary, List<String> merges, JsonNode rest) {}

    static Content read(Path file, long maxBytes) {
        TokenizerJsonReader reader = new TokenizerJsonReader(file, JsonFiles.readBounded(file, maxBytes));
        try (JsonParser parser = JsonFiles.FACTORY.createParser(reader.bytes)) {
            reader.walk(parser);
        } catch (JacksonException e) {
            throw JsonFiles.unsound(file, e);
        }
        return new Content(reader.vocabulary, reader.merges, JsonFiles.object(file, reader.rest.toByteArray()));
    }

    private void walk(JsonParser parser) {
        int depth = 0;
        boolean inModel = false;
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.PROPERTY_NAME && depth == 1) {
                inModel = parser.currentName().equals("model");
            } else if (token == JsonToken.PROPERTY_NAME && depth == 2 && inModel) {
                list(parser);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        }
        copyTo(bytes.length);
    }

    private void list(JsonParser parser) {
        String name = parser.currentName();
        if (name.equals("vocab") && parser.nextToken() == JsonToken.START_OBJECT) {
            copyTo(offset(parser) + 1);
            readVocabulary(parser);
            copied = offset(parser);
        } else if (name.equals("merges") && parser.nextToken() == JsonToken.START_ARRAY) {
            copyTo(offset(parser) + 1);
            readMerges(parser);
            copied = offset(parser);
        }
    }

    /** Where the current token begins. */
    private static int offset(JsonParser parser) {
        return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }

    private void copyTo(int end) {
        if (rest.size() + end - copied > MOST_REST) {
            throw refused("has more than " + MOST_REST + " bytes beside vocab and merges");
        }
        rest.write(bytes, copied, end - copied);
        copied = end;
    }

    private void readVocabulary(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String token = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT || !parser.isExpectedNumberIntToken()) {
                throw refused("vocab has the id " + parser.getString() + " of " + token);
            }
            long id = parser.getNumberType() == JsonParser.NumberType.INT ? parser.getIntValue() : Long.MAX_VALUE;
            vocabulary.put(token, (int) Math.min(id, Integer.MAX_VALUE));
            requireFew("vocab", vocabulary.size());
        }
    }

    private void readMerges(JsonParser parser) {
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            if (next == JsonToken.START_ARRAY) {
                merges.add(text(parser, parser.nextToken()) + " " + text(parser, parser.nextToken()));
                if (parser.nextToken() != JsonToken.END_ARRAY) {
                    throw refused("merge " + (merges.size() - 1) + " is no pair");
                }
            } else {
                merges.add(text(parser, next));
            }
            requireFew("merges", merges.size());
        }
    }

    private void requireFew(String list, int entries) {
        if (entries > MOST_ENTRIES) {
            throw refused(list + " has more than " + MOST_ENTRIES + " entries");
        }
    }

    private String text(JsonParser parser, JsonToken token) {
        if (token != JsonToken.VALUE_STRING) {
            throw refused("merge " + merges.size() + " is no text");
        }
        return parser.getString();
    }

    private ModelLoadException refused(String problem) {
        return new ModelLoadException(file.toString(), problem, "give the tokenizer.json of a DeepSeek model");
    }
}
