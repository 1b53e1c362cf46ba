package dev.perigee.engine.kernel;

import dev.perigee.engine.ModelLoadException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Chooses the kernels once, at start. */
public final class KernelSelection {

    private static final System.Logger LOG = System.getLogger(KernelSelection.class.getName());
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private KernelSelection() {}

    /**
     * The kernels that the options and this machine ask for. Falls back to Java, with one warning in the life of the JVM, where this
     * build has no C kernels for the platform.
     *
     * @throws ModelLoadException where packed C kernels do not load and the options do not allow Java instead, or where C kernels or an
     *     instruction set were demanded that are not there
     */
    public static Kernels open(KernelOptions options) {
        return open(options, NativeLibrary::packed);
    }

    static Kernels open(KernelOptions options, Supplier<Optional<NativeLibrary>> packed) {
        return switch (options.preference()) {
            case SCALAR -> openScalar(options);
            case NATIVE -> openNative(options, load(options, packed).orElseThrow(KernelSelection::noneForPlatform));
            case AUTO -> {
                Optional<NativeLibrary> library = load(options, packed);
                yield library.isPresent() ? openNative(options, library.get()) : fallBack(options);
            }
        };
    }

    private static Kernels openScalar(KernelOptions options) {
        if (options.isa() != null) {
            throw new ModelLoadException(
                    "isa " + options.isa(),
                    "the scalar kernels are plain Java and use none",
                    "leave the isa open, or choose the native kernels");
        }
        return new ScalarKernels(options.threads());
    }

    private static Optional<NativeLibrary> load(KernelOptions options, Supplier<Optional<NativeLibrary>> packed) {
        try {
            return packed.get();
        } catch (ModelLoadException e) {
            if (!options.javaAllowed() || options.preference() == KernelPreference.NATIVE) {
                throw e;
            }
            warnOnce(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static Kernels openNative(KernelOptions options, NativeLibrary library) {
        String wanted = options.isa();
        CpuIsa isa = wanted == null ? library.best() : demanded(wanted);
        if (!library.runs(isa)) {
            throw new ModelLoadException(
                    "isa " + isa.label(),
                    "this CPU or this build does not have it, its best is "
                            + library.best().label(),
                    "leave the isa open");
        }
        long arranged = Math.min(options.maxArrangedBytes(), WeightMemory.available());
        return new NativeKernels(library, isa, options.threads(), arranged);
    }

    private static CpuIsa demanded(String label) {
        try {
            return CpuIsa.ofLabel(label);
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(
                    "isa", String.valueOf(e.getMessage()), "name one of them, or leave the isa open", e);
        }
    }

    private static Kernels fallBack(KernelOptions options) {
        if (options.isa() != null) {
            throw noneForPlatform();
        }
        warnOnce("this build has no C kernels for " + NativeLibrary.platform());
        return new ScalarKernels(options.threads());
    }

    private static ModelLoadException noneForPlatform() {
        return new ModelLoadException(
                "kernels",
                "this build has no C kernels for " + NativeLibrary.platform(),
                "build it where a C compiler is installed, or choose the scalar kernels");
    }

    private static void warnOnce(String reason) {
        if (WARNED.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "Java kernels run, at a fraction of the speed: {0}", reason);
        }
    }
}
