package dev.perigee.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
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
    void selectionWhenScalarKernelsAreToUseAnInstructionSetIsRefused() {
        assertThatThrownBy(() -> KernelSelection.open(new KernelOptions(KernelPreference.SCALAR, "avx2", 1, false)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("isa avx2: the scalar kernels are plain Java and use none");
    }

    @Test
    void selectionWhenInstructionSetIsUnknownIsRefusedByName() {
        assumeTrue(NativeLibrary.packed().isPresent(), "this build has no C kernels");
        assertThatThrownBy(() -> KernelSelection.open(new KernelOptions(KernelPreference.AUTO, "sse9", 1, true)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("isa is \"sse9\", known are scalar, avx2, avx512");
    }

    @Test
    void selectionWhenBuildHasNoLibraryRunsJavaUnlessCWasDemanded() {
        try (Kernels kernels = KernelSelection.open(KernelOptions.of(KernelPreference.AUTO), Optional::empty)) {
            assertThat(kernels.name()).isEqualTo("scalar");
        }
        assertThatThrownBy(() -> KernelSelection.open(KernelOptions.of(KernelPreference.NATIVE), Optional::empty))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("this build has no C kernels for " + NativeLibrary.platform());
        assertThatThrownBy(() -> KernelSelection.open(
                        new KernelOptions(KernelPreference.AUTO, "avx2", 1, true), Optional::empty))
                .isInstanceOf(ModelLoadException.class);
    }

    @Test
    void selectionWhenLibraryDoesNotLoadFailsUnlessJavaIsAllowed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("broken.so"), "not a library");
        Supplier<Optional<NativeLibrary>> broken = () -> Optional.of(NativeLibrary.open(file));
        assertThatThrownBy(() -> KernelSelection.open(KernelOptions.of(KernelPreference.AUTO), broken))
                .isInstanceOf(ModelLoadException.class);
        assertThatThrownBy(
                        () -> KernelSelection.open(new KernelOptions(KernelPreference.NATIVE, null, 1, true), broken))
                .isInstanceOf(ModelLoadException.class);
        try (Kernels kernels = KernelSelection.open(new KernelOptions(KernelPreference.AUTO, null, 1, true), broken)) {
            assertThat(kernels.name()).isEqualTo("scalar");
        }
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
