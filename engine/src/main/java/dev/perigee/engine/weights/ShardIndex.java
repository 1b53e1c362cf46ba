package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.json.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** model.safetensors.index.json: which tensor lies in which file of the same folder. */
final class ShardIndex {

    static final String NAME = "model.safetensors.index.json";

    private static final long MAX_BYTES = 128L << 20;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,254}");

    private ShardIndex() {}

    /** The file name for each tensor name. */
    static Map<String, String> read(Path folder) {
        Path file = folder.resolve(NAME);
        @Nullable JsonNode map = JsonFiles.readObject(file, MAX_BYTES).get("weight_map");
        if (map == null || !map.isObject() || map.isEmpty()) {
            throw new ModelLoadException(file.toString(), "has no \"weight_map\"", "fetch the file again");
        }
        Map<String, String> shards = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            shards.put(entry.getKey(), plainName(file, entry.getKey(), entry.getValue()));
        }
        return shards;
    }

    private static String plainName(Path file, String tensor, JsonNode value) {
        String name = value.isString() ? value.stringValue() : "";
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
