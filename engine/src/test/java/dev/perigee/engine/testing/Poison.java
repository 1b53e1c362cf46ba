package dev.perigee.engine.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Under AddressSanitizer, makes native reads beside a mapped file's tensors a finding; elsewhere does nothing. */
public final class Poison implements AutoCloseable {

    private static final String RUNTIME = System.getProperty("perigee.test.asan");
    private static final long PAGE = 4096;
    private static final MethodHandle POISON = handle("__asan_poison_memory_region");
    private static final MethodHandle CURE = handle("__asan_unpoison_memory_region");

    private record Place(long address, long bytes) {}

    private final List<Place> places = new ArrayList<>();

    private static MethodHandle handle(String function) {
        if (RUNTIME == null) {
            return null;
        }
        MemorySegment address =
                SymbolLookup.libraryLookup(Path.of(RUNTIME), Arena.global()).findOrThrow(function);
        FunctionDescriptor form = FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
        return Linker.nativeLinker().downcallHandle(address, form);
    }

    /** Poisons what lies between these tensors of one file, and behind the last to the end of its page. */
    public void between(List<MemorySegment> tensors) {
        List<MemorySegment> sorted = tensors.stream()
                .sorted(Comparator.comparingLong(MemorySegment::address))
                .toList();
        for (int i = 0; i < sorted.size(); i++) {
            long end = sorted.get(i).address() + sorted.get(i).byteSize();
            long next = i + 1 < sorted.size() ? sorted.get(i + 1).address() : Math.ceilDiv(end, PAGE) * PAGE;
            if (next > end) {
                call(POISON, new Place(end, next - end));
                places.add(new Place(end, next - end));
            }
        }
    }

    private static void call(MethodHandle function, Place place) {
        if (function == null) {
            return;
        }
        try {
            function.invokeExact(place.address(), place.bytes());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Cures what was poisoned, before the memory is given back. */
    @Override
    public void close() {
        places.forEach(place -> call(CURE, place));
        places.clear();
    }
}
