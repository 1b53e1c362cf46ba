package dev.perigee.engine.kernel;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.tensor.MemorySource;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The C kernels that are packed beside these classes: copied to a file of its own, loaded, its ABI version compared. Stays loaded as
 * long as the JVM lives.
 */
final class NativeLibrary {

    static final NativeSignatures SIGNATURES = NativeSignatures.link();

    private static final String FOLDER = "/META-INF/perigee/native/";
    private static final String NAME = "libperigee_kernels";
    private static final long HUGE_PAGE = 2L << 20;

    private static @Nullable Optional<NativeLibrary> packed;

    private final SymbolLookup symbols;
    private final int isaMask;

    private NativeLibrary(SymbolLookup symbols, int isaMask) {
        this.symbols = symbols;
        this.isaMask = isaMask;
    }

    /**
     * The packed library for this platform, or nothing where this build has none.
     *
     * @throws ModelLoadException where there is one and it does not load
     */
    static synchronized Optional<NativeLibrary> packed() {
        Optional<NativeLibrary> known = packed;
        if (known == null) {
            known = unpack(NativeLibrary.class.getResourceAsStream(FOLDER + platform() + "/" + NAME + suffix()));
            packed = known;
        }
        return known;
    }

    /** The platform's folder inside the jar. */
    static String platform() {
        String system = isMac() ? "macos" : "linux";
        String machine = switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            case String other -> other;
        };
        return system + "-" + machine;
    }

    private static boolean isMac() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    }

    private static String suffix() {
        return isMac() ? ".dylib" : ".so";
    }

    private static Optional<NativeLibrary> unpack(@Nullable InputStream library) {
        if (library == null) {
            return Optional.empty();
        }
        try (library) {
            Path file = Files.createTempFile(NAME, suffix());
            try {
                Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
                return Optional.of(open(file));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw failed("cannot be unpacked to " + System.getProperty("java.io.tmpdir") + " (" + e + ")", e);
        }
    }

    /** Loads a library file and compares its ABI version. */
    static NativeLibrary open(Path file) {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            throw failed("does not load (" + e.getMessage() + ")", e);
        }
        int version = query(symbol(symbols, "perigee_abi_version"));
        if (version != NativeSignatures.ABI_VERSION) {
            throw failed("has ABI version " + version + ", wanted is " + NativeSignatures.ABI_VERSION, null);
        }
        return new NativeLibrary(symbols, query(symbol(symbols, "perigee_isa_mask")));
    }

    private static MemorySegment symbol(SymbolLookup symbols, String name) {
        return symbols.find(name).orElseThrow(() -> failed("has no function " + name, null));
    }

    private static int query(MemorySegment function) {
        try {
            return (int) SIGNATURES.query().invokeExact(function);
        } catch (Throwable e) {
            throw new AssertionError("a C function without parameters threw", e);
        }
    }

    private static ModelLoadException failed(String problem, @Nullable Throwable cause) {
        return new ModelLoadException(
                "packed kernels " + FOLDER + platform() + "/" + NAME + suffix(),
                problem,
                "make the temporary folder one that permits execution, or allow the Java kernels instead",
                cause);
    }

    /** Whether it was compiled for this instruction set and the CPU has it. */
    boolean runs(CpuIsa isa) {
        return isa.isIn(isaMask);
    }

    /** The best instruction set that both have. */
    CpuIsa best() {
        CpuIsa best = CpuIsa.SCALAR;
        for (CpuIsa isa : CpuIsa.values()) {
            if (runs(isa)) {
                best = isa;
            }
        }
        return best;
    }

    /** A kernel's address. */
    MemorySegment kernel(CpuIsa isa, String name) {
        return symbol(symbols, "perigee_" + isa.label() + "_" + name);
    }

    /**
     * Zeroed memory of whole huge pages for as long as the arena lives, or {@code null} where the system does not give it. It becomes real page by
     * page as it is written.
     */
    @Nullable
    MemorySegment reserve(long bytes, Arena arena) {
        long whole = Math.ceilDiv(bytes, HUGE_PAGE) * HUGE_PAGE;
        long address;
        try {
            address = (long) SIGNATURES.reserve().invokeExact(symbol(symbols, "perigee_reserve"), whole);
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
        return address == 0
                ? null
                : MemorySegment.ofAddress(address)
                        .reinterpret(bytes, arena, _ -> extent("perigee_give_back", address, whole));
    }

    /** See {@link MemorySource}: such memory where it fills a huge page and the system gives it, plain memory otherwise. */
    MemorySegment allocate(long bytes, Arena arena) {
        @Nullable MemorySegment huge = bytes < HUGE_PAGE ? null : reserve(bytes, arena);
        return huge == null ? MemorySource.PLAIN.allocate(bytes, arena) : huge.fill((byte) 0);
    }

    /** Lets go of pages of a mapped file. */
    void readThrough(long address, long bytes) {
        extent("perigee_read_through", address, bytes);
    }

    private void extent(String name, long address, long bytes) {
        try {
            NativeKernels.check((int) SIGNATURES.extent().invokeExact(symbol(symbols, name), address, bytes));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** Keeps the calling thread on one CPU; where the system has none of this number, it runs where it likes. */
    @SuppressWarnings("ReturnValueIgnored")
    void pin(int number) {
        try {
            int ignored = (int) SIGNATURES.pin().invokeExact(symbol(symbols, "perigee_pin"), number);
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }
}
