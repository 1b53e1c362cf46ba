package dev.perigee.engine.tool;

import dev.perigee.engine.json.JsonFiles;
import dev.perigee.engine.weights.ConfigFile;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import dev.perigee.engine.weights.SafetensorsOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What lies beside the weights of a plain checkpoint: the source's small files, its configuration without quantisation, an index. */
final class PlainFiles {

    private static final long MOST_BYTES = 64L << 20;
    private static final String INDEX = "model.safetensors.index.json";
    private static final String QUANTIZATION = "quantization_config";

    private PlainFiles() {}

    static Map<String, byte[]> of(SafetensorsCheckpoint source, List<SafetensorsOutput> files) throws IOException {
        Map<String, byte[]> beside = new LinkedHashMap<>();
        for (Path file : source.paths()) {
            String name = String.valueOf(file.getFileName());
            boolean weights = name.endsWith(".safetensors") || name.equals(INDEX);
            if (!weights && !name.equals(ConfigFile.NAME) && Files.size(file) <= MOST_BYTES) {
                beside.put(name, Files.readAllBytes(file));
            }
        }
        beside.put(ConfigFile.NAME, config(source.folder().resolve(ConfigFile.NAME)));
        if (files.size() > 1) {
            beside.put(INDEX, index(files));
        }
        return beside;
    }

    private static byte[] config(Path file) {
        ObjectNode config = (ObjectNode) JsonFiles.readObject(file, MOST_BYTES);
        makePlain(config);
        for (JsonNode inner : config.values()) {
            if (inner instanceof ObjectNode object && object.has("hidden_size")) {
                makePlain(object);
            }
        }
        return text(config);
    }

    private static void makePlain(ObjectNode config) {
        config.remove(QUANTIZATION);
        for (String name : List.of("torch_dtype", "dtype")) {
            if (config.has(name)) {
                config.put(name, "bfloat16");
            }
        }
    }

    private static byte[] index(List<SafetensorsOutput> files) {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata")
                .put(
                        "total_size",
                        files.stream().mapToLong(SafetensorsOutput::bytes).sum());
        ObjectNode map = index.putObject("weight_map");
        files.forEach(file -> file.tensorNames().forEach(name -> map.put(name, file.fileName())));
        return text(index);
    }

    private static byte[] text(ObjectNode node) {
        return (node.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
