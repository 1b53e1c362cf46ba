package dev.perigee.engine.kernel;

import org.jspecify.annotations.Nullable;

/**
 * How the kernels are chosen.
 *
 * @param preference scalar, native or the best there is
 * @param isa the name of the instruction set that the C kernels must use, or {@code null} for the best this CPU has
 * @param threads how many threads compute, the caller's included; 1 to {@value #MAX_THREADS}
 * @param javaAllowed whether a packed C library that does not load may be replaced by the Java kernels
 * @param maxArrangedBytes most memory for weights that the C kernels arrange at load, never more than is free; it decides about speed
 *     alone, for what is beyond it is arranged whenever it is read
 */
public record KernelOptions(
        KernelPreference preference, @Nullable String isa, int threads, boolean javaAllowed, long maxArrangedBytes) {

    /** More threads than any machine of today has cores. */
    public static final int MAX_THREADS = 1024;

    public KernelOptions {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads is " + threads + ", 1 to " + MAX_THREADS);
        }
        if (maxArrangedBytes < 0) {
            throw new IllegalArgumentException("maxArrangedBytes is " + maxArrangedBytes + ", at least 0");
        }
    }

    /** Options under which all weights that fit are arranged. */
    public KernelOptions(KernelPreference preference, @Nullable String isa, int threads, boolean javaAllowed) {
        this(preference, isa, threads, javaAllowed, Long.MAX_VALUE);
    }

    /** The preference on one thread, with this CPU's best instruction set. */
    public static KernelOptions of(KernelPreference preference) {
        return new KernelOptions(preference, null, 1, false);
    }

    /** The same with another number of threads. */
    public KernelOptions withThreads(int count) {
        return new KernelOptions(preference, isa, count, javaAllowed, maxArrangedBytes);
    }

    /** The same with at most so much memory for arranged weights. */
    public KernelOptions withMaxArrangedBytes(long bytes) {
        return new KernelOptions(preference, isa, threads, javaAllowed, bytes);
    }
}
