package dev.perigee.engine.kernel;

/** Chooses the kernels once, at start. */
public final class KernelSelection {

    private KernelSelection() {}

    /** The kernels that the options and this machine ask for. */
    public static Kernels open(KernelOptions options) {
        return new ScalarKernels(options.threads());
    }
}
