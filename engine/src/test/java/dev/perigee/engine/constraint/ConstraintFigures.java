package dev.perigee.engine.constraint;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** Times as this thread spent them on a processor, so that a busy machine does not blur them. */
final class ConstraintFigures {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private long[] nanos = new long[1024];
    private int count;

    static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** All that this thread ever took from the heap, given back or not: more than it ever held at once. */
    static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) THREADS).getCurrentThreadAllocatedBytes();
    }

    void add(long value) {
        nanos = count == nanos.length ? Arrays.copyOf(nanos, 2 * count) : nanos;
        nanos[count++] = value;
    }

    int count() {
        return count;
    }

    /** In microseconds. */
    double quantile(double part) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1, (long) (part * count))] / 1e3;
    }
}
