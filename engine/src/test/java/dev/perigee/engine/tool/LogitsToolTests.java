package dev.perigee.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.KernelChoice;
import dev.perigee.engine.testing.ReferenceTransformer;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogitsToolTests {

    @TempDir
    Path folder;

    private Path out;

    @BeforeEach
    void writeModel() throws IOException {
        new TinyCheckpoint(9).writeTo(folder);
        out = folder.resolve("logits.bin");
    }

    private EngineOptions options(KernelChoice choice) {
        return EngineOptions.of(folder)
                .withKernels(EngineOptions.Kernels.standard().withChoice(choice).withThreads(1));
    }

    @ParameterizedTest
    @EnumSource(KernelChoice.class)
    void logitsWhenWrittenAreRowsOfLittleEndianFloats(KernelChoice choice) throws IOException {
        int[] tokens = {5, 17, 300, 4};
        LogitsTool.write(options(choice), tokens, out);
        FloatBuffer found = ByteBuffer.wrap(Files.readAllBytes(out))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat(found.remaining()).isEqualTo(4 * 320);
        try (ReferenceTransformer reference = new ReferenceTransformer(folder)) {
            double[][] wanted = reference.logits(tokens);
            double difference = 0;
            double size = 0;
            for (int i = 0; i < found.remaining(); i++) {
                double expected = wanted[i / 320][i % 320];
                difference += Math.pow(found.get(i) - expected, 2);
                size += Math.pow(expected, 2);
            }
            // the C kernels round the inputs of this model's INT4 experts to 8 bits
            assertThat(Math.sqrt(difference / size)).isLessThan(choice == KernelChoice.SCALAR ? 1e-4 : 5e-2);
        }
    }

    @Test
    void logitsWhenLatentNormEpsIsGivenTakeIt() throws IOException {
        EngineOptions own = options(KernelChoice.SCALAR);
        LogitsTool.write(own, new int[] {5, 17}, out);
        byte[] ownLogits = Files.readAllBytes(out);
        LogitsTool.write(own.withLatentNormEps(1e-5), new int[] {5, 17}, out);
        assertThat(Files.readAllBytes(out)).isEqualTo(ownLogits);
        LogitsTool.write(own.withLatentNormEps(1e-2), new int[] {5, 17}, out);
        assertThat(Files.readAllBytes(out)).isNotEqualTo(ownLogits);
        assertThatThrownBy(() -> own.withLatentNormEps(-1))
                .hasMessage("latentNormEps is -1.0, must be at least 0 and below 1");
    }

    @Test
    void logitsWhenTokensAreOddAreRefusedByValue() {
        assertThatThrownBy(() -> LogitsTool.write(options(KernelChoice.SCALAR), new int[0], out))
                .hasMessageContaining("tokens is empty");
        assertThatThrownBy(() -> LogitsTool.write(options(KernelChoice.SCALAR), new int[] {320}, out))
                .hasMessage("tokens has id 320, allowed is 0 to 319");
        assertThatThrownBy(() -> LogitsTool.write(options(KernelChoice.SCALAR), new int[257], out))
                .hasMessage("tokens has 257 ids, the model's context holds 256");
    }

    @Test
    void logitsWhenFileCannotBeWrittenAreRefused() {
        Path nowhere = folder.resolve("none").resolve("x");
        assertThatThrownBy(() -> LogitsTool.write(options(KernelChoice.SCALAR), new int[] {1}, nowhere))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be written");
    }
}
