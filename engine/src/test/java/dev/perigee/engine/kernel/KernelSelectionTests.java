package dev.perigee.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelSelectionTests {

    @Test
    void selectionWhenScalarIsChosenRunsJava() {
        try (Kernels kernels = KernelSelection.open(KernelOptions.of(KernelPreference.SCALAR))) {
            assertThat(kernels.name()).isEqualTo("scalar");
        }
    }

    @Test
    void selectionWhenLeftOpenRunsTheBestInstructionSet() {
        assumeTrue(NativeLibrary.packed().isPresent(), "this build has no C kernels");
        String best = NativeLibrary.packed().orElseThrow().best().label();
        try (Kernels kernels = KernelSelection.open(KernelOptions.of(KernelPreference.AUTO))) {
            assertThat(kernels.name()).isEqualTo("native-" + best);
        }
    }

    @Test
    void selectionWhenInstructionSetIsForcedRunsIt() {
        assumeTrue(NativeLibrary.packed().isPresent(), "this build has no C kernels");
        try (Kernels kernels = KernelSelection.open(new KernelOptions(KernelPreference.NATIVE, "scalar", 1, false))) {
            assertThat(kernels.name()).isEqualTo("native-scalar");
        }
    }

    @Test
    void selectionWhenInstructionSetIsUnknownIsRefusedByName() {
        assumeTrue(NativeLibrary.packed().isPresent(), "this build has no C kernels");
        assertThatThrownBy(() -> KernelSelection.open(new KernelOptions(KernelPreference.AUTO, "sse9", 1, true)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("isa is \"sse9\", known are scalar, avx2, avx512");
    }

    @Test
    void libraryWhenItIsNoLibraryIsRefusedInOneLine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("broken.so"), "not a library");
        assertThatThrownBy(() -> NativeLibrary.open(file))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("does not load")
                .hasMessageContaining("allow the Java kernels");
    }

    @Test
    void optionsWhenThreadsAreOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> KernelOptions.of(KernelPreference.AUTO).withThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads is 0, 1 to 1024");
    }
}
