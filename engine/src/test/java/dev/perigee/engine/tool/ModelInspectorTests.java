package dev.perigee.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInspectorTests {

    @TempDir
    Path folder;

    @Test
    void inspectionWhenModelIsSoundSaysWhatItIsAndNeeds() throws IOException {
        new TinyCheckpoint(1).writeTo(folder);
        assertThat(ModelInspector.inspect(folder).lines())
                .contains(
                        "architecture: kimi_k2",
                        "parameters total: 207664",
                        "parameters active: 146224",
                        "context: 256 tokens",
                        "layers: 3 (2 with experts)",
                        "experts: 8 routed, 3 for a token, 1 shared",
                        "memory per token of context: 576 bytes")
                .anyMatch(line -> line.matches("tensors of type I32: 96, 49536 bytes \\(0\\.0 MiB\\)"))
                .anyMatch(line -> line.startsWith("memory for weights: "));
    }

    @Test
    void inspectionWhenATensorIsMissingIsRefused() throws IOException {
        TinyCheckpoint tiny = new TinyCheckpoint(1);
        tiny.writeConfig(folder);
        tiny.tensors().without("lm_head.weight").writeTo(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> ModelInspector.inspect(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("lm_head.weight: is missing");
    }
}
