package dev.perigee.engine.kernel;

import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Opens an implementation on a number of threads. */
record Subject(String name, IntFunction<Kernels> opener) {

    /** The C kernels of every instruction set that this CPU has. */
    static Stream<Subject> compiled() {
        return NativeLibrary.packed().stream()
                .flatMap(library -> Stream.of(CpuIsa.values())
                        .filter(library::runs)
                        .map(isa -> new Subject(
                                "native-" + isa.label(), threads -> new NativeKernels(library, isa, threads))));
    }

    @Override
    public String toString() {
        return name;
    }
}
