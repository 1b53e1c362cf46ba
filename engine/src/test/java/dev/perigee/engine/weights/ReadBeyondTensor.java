package dev.perigee.engine.weights;

import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.kernel.KernelSelection;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.testing.Poison;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lets a kernel read one float behind a tensor of a mapped file: what {@code SanitizerTests} must hear of. */
class ReadBeyondTensor {

    @TempDir
    Path folder;

    @Test
    void productWhenItReadsTooMuchIsMade() throws IOException {
        Path file = new GgufWriter()
                .text("general.architecture", "deepseek2")
                .tensor("first", 0, new byte[32], 8)
                .tensor("second", 0, new byte[32], 8)
                .aligned(256)
                .writeTo(folder.resolve("model.gguf"));
        try (Poison poison = new Poison();
                GgufCheckpoint checkpoint = GgufCheckpoint.open(file);
                Kernels kernels = KernelSelection.open(KernelOptions.of(KernelPreference.NATIVE));
                ScratchBuffers buffers = new ScratchBuffers()) {
            MemorySegment first = checkpoint.find("first").data();
            poison.between(List.of(first, checkpoint.find("second").data()));
            FloatMatrix y = buffers.floats(1, 1);
            kernels.multiply(new F32Weights(first, 1, 8), buffers.floats(1, 8), y, 1);
            MemorySegment longer = first.reinterpret(first.byteSize() + Float.BYTES);
            kernels.multiply(new F32Weights(longer, 1, 9), buffers.floats(1, 9), y, 1);
        }
    }
}
