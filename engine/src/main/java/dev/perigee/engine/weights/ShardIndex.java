package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.json.JsonFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * model.safetensors.index.json: which tensor lies in which file of the same folder. Read as it comes, nothing of it is kept, so that a file made to
 * cost much costs no more than its first wrong entry.
 */
final class ShardIndex {

    static final String NAME = "model.safetensors.index.json";

    private static final long MAX_BYTES = 128L << 20;
    private static final String MAP = "weight_map";

    /** Names and values beside the map; published indexes have three. */
    private static final int MOST_BESIDE = 4096;

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,254}");

    private final Path file;
    private final BiConsumer<String, String> entries;
    private int mapped;
    private int beside;

    private ShardIndex(Path file, BiConsumer<String, String> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** Tells the file name for each tensor name. */
    static void read(Path folder, BiConsumer<String, String> entries) {
        Path file = folder.resolve(NAME);
        ShardIndex index = new ShardIndex(file, entries);
        try (InputStream bytes = JsonFiles.openBounded(file, MAX_BYTES);
                JsonParser parser = JsonFiles.FACTORY.createParser(bytes)) {
            index.walk(parser);
        } catch (JacksonException e) {
            throw JsonFiles.unsound(file, e);
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
        if (index.mapped == 0) {
            throw index.refused("has no \"weight_map\"");
        }
    }

    private void walk(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw refused("holds no JSON object");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean named = parser.currentName().equals(MAP);
            JsonToken value = parser.nextToken();
            if (named && value == JsonToken.START_OBJECT) {
                map(parser);
            } else {
                skip(parser, value);
            }
        }
        if (parser.nextToken() != null) {
            throw refused("has something behind the JSON object");
        }
    }

    private void map(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            if (++mapped > SafetensorsHeader.MAX_TENSORS) {
                throw refused("names more than " + SafetensorsHeader.MAX_TENSORS + " tensors");
            }
            String tensor = parser.currentName();
            String name = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getString() : "";
            entries.accept(tensor, plainName(file, tensor, name));
        }
    }

    /** To the end of a value that is not the map. */
    private void skip(JsonParser parser, JsonToken first) {
        int depth = step(first);
        while (depth > 0) {
            depth += step(parser.nextToken());
            if (++beside > MOST_BESIDE) {
                throw refused("has more than " + MOST_BESIDE + " values beside \"weight_map\"");
            }
        }
    }

    private static int step(JsonToken token) {
        return token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
    }

    private ModelLoadException refused(String problem) {
        return new ModelLoadException(file.toString(), problem, "fetch the file again");
    }

    private static String plainName(Path file, String tensor, String name) {
        if (!PLAIN_NAME.matcher(name).matches()) {
            throw new ModelLoadException(
                    file + " tensor " + tensor,
                    "names no plain file of the same folder",
                    "fetch the index of the checkpoint again");
        }
        return name;
    }

    /** Refuses a link that leads out of the folder. */
    static Path inside(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            if (Files.exists(file) && !file.toRealPath().startsWith(folder.toRealPath())) {
                throw new ModelLoadException(
                        file.toString(), "is a link out of the model's folder", "copy the file itself into the folder");
            }
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be resolved (" + e + ")", "check its permissions", e);
        }
        return file;
    }
}
