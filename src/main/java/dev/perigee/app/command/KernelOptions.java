package dev.perigee.app.command;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.KernelChoice;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What computes, and how. */
final class KernelOptions {

    @Option(
            names = "--kernels",
            paramLabel = "scalar|native",
            description = "Plain Java in float32, or C; the fastest that this machine has where none is given.")
    private @Nullable KernelChoice choice;

    @Option(
            names = "--isa",
            paramLabel = "NAME",
            description =
                    "Instruction set that the C kernels use, such as avx2; the best of this CPU where none is given.")
    private @Nullable String isa;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "How many threads compute; all cores where none is given.")
    private @Nullable Integer threads;

    @Option(
            names = "--latent-norm-eps",
            paramLabel = "E",
            description =
                    "Epsilon of the norms inside attention, such as 1e-6 as Hugging Face transformers takes it; the"
                            + " model's own where none is given.")
    private double latentNormEps;

    @Option(
            names = "--expanded-prompts",
            description =
                    "Computes attention of long prompts expanded: faster, but what is answered then depends on what of a"
                            + " prompt was computed before.")
    private boolean expandedPrompts;

    /** The options of a model that computes so. */
    EngineOptions options(Path model) {
        return EngineOptions.of(model).withLatentNormEps(latentNormEps).withKernels(kernels());
    }

    private EngineOptions.Kernels kernels() {
        EngineOptions.Kernels kernels =
                EngineOptions.Kernels.standard().withIsa(isa).withExpandedPrompts(expandedPrompts);
        kernels = choice == null ? kernels : kernels.withChoice(choice);
        return threads == null ? kernels : kernels.withThreads(threads);
    }
}
