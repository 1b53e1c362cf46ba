package dev.perigee.app.command;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.KernelChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What computes. */
final class KernelOptions {

    @Option(
            names = "--kernels",
            paramLabel = "scalar|native",
            description = "Plain Java in float32, or C; the fastest that this machine has where none is given.")
    private @Nullable KernelChoice choice;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "How many threads compute; all cores where none is given.")
    private @Nullable Integer threads;

    EngineOptions.Kernels kernels() {
        EngineOptions.Kernels kernels = EngineOptions.Kernels.standard();
        kernels = choice == null ? kernels : kernels.withChoice(choice);
        return threads == null ? kernels : kernels.withThreads(threads);
    }
}
