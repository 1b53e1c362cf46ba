package dev.perigee.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.weights.GgufCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationDefaultsTests {

    @TempDir
    Path folder;

    @Test
    void folderWithoutTheFileLeavesAllOpen() {
        GenerationDefaults defaults = GenerationDefaults.read(folder);
        assertThat(defaults.sampling()).isEqualTo(SamplingParameters.defaults());
        assertThat(defaults.stopIds()).isEmpty();
    }

    @Test
    void fileGivesParametersAndStopIds() throws IOException {
        write("{\"temperature\":0.4,\"top_p\":0.9,\"top_k\":50,\"do_sample\":true,\"eos_token_id\":[5889,5890]}");
        GenerationDefaults defaults = GenerationDefaults.read(folder);
        assertThat(defaults.sampling()).isEqualTo(new SamplingParameters(0.4, 50, 0.9, null, null));
        assertThat(defaults.stopIds()).containsExactlyInAnyOrder(5889, 5890);
        write("{\"do_sample\":false,\"temperature\":0.4,\"eos_token_id\":7}");
        assertThat(GenerationDefaults.read(folder).sampling().temperature()).isZero();
        assertThat(GenerationDefaults.read(folder).stopIds()).containsExactly(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"temperature\":9}          | temperature is 9.0",
                "{\"top_p\":\"x\"}            | top_p is \"x\"",
                "{\"top_k\":-1}               | top_k is -1",
                "{\"eos_token_id\":[1,\"a\"]} | eos_token_id is \"a\"",
                "{\"eos_token_id\":-3}        | eos_token_id is -3",
                "{\"top_p\":0.5               | not sound JSON",
                "[]                           | holds no JSON object",
            })
    void fileWithAnOddValueIsRefusedByName(String json, String problem) throws IOException {
        write(json);
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> GenerationDefaults.read(folder))
                .withMessageContaining("generation_config.json")
                .withMessageContaining(problem);
    }

    @Test
    void ggufMetadataGivesParametersAndStopIds() throws IOException {
        GgufWriter gguf = new GgufWriter()
                .f32("general.sampling.temp", 0.4)
                .u32("general.sampling.top_k", 50)
                .f32("general.sampling.top_p", 0.9)
                .u32("tokenizer.ggml.eos_token_id", 7)
                .u32("tokenizer.ggml.eot_token_id", 9)
                .u32("tokenizer.ggml.bos_token_id", 5);
        GenerationDefaults defaults = read(gguf);
        assertThat(defaults.sampling()).isEqualTo(new SamplingParameters(0.4, 50, 0.9, null, null));
        assertThat(defaults.stopIds()).containsExactlyInAnyOrder(7, 9);
        assertThat(read(new GgufWriter())).isEqualTo(new GenerationDefaults(SamplingParameters.defaults(), Set.of()));
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> read(gguf.f32("general.sampling.temp", 9)))
                .withMessageContaining("general.sampling.*: temperature is 9.0");
    }

    private GenerationDefaults read(GgufWriter gguf) throws IOException {
        try (GgufCheckpoint checkpoint = GgufCheckpoint.open(gguf.writeTo(folder.resolve("m.gguf")))) {
            return GenerationDefaults.read(checkpoint.metadata());
        }
    }

    @Test
    void requestGoesBeforeModelAndModelBeforeTheRest() {
        SamplingParameters asked = new SamplingParameters(null, 5, null, null, 11L);
        SamplingParameters model = new SamplingParameters(0.4, 50, 0.9, null, null);
        assertThat(SamplingSettings.resolve(asked, model, 0.6)).isEqualTo(new SamplingSettings(0.4, 5, 0.9, 0, 11));
        assertThat(SamplingSettings.resolve(asked, SamplingParameters.defaults(), 0.6)
                        .temperature())
                .isEqualTo(0.6);
    }

    private void write(String json) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), json);
    }
}
