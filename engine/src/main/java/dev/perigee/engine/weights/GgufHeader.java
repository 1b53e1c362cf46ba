package dev.perigee.engine.weights;

import dev.perigee.engine.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of a GGUF file, strictly: counts, texts and extents within limits, every sum exact, every byte behind the header
 * in exactly one tensor or in the padding behind it.
 *
 * <p>Errors: {@link DamagedGgufException} with the byte where it was seen.
 *
 * <p>Source: the GGUF format, versions 2 and 3, little-endian.
 */
final class GgufHeader {

    static final int MAX_TENSORS = 65_536;

    private static final int MAGIC = 0x46554747;
    private static final int REVERSED_MAGIC = 0x47475546;
    private static final int NEWEST_VERSION = 3;
    private static final int OLDEST_VERSION = 2;
    private static final long MAX_KEYS = 4_096;
    private static final long MAX_KEY_BYTES = 256;
    private static final long MAX_NAME_BYTES = 63;
    private static final int MAX_DIMENSIONS = 4;
    private static final long LEAST_KEY_BYTES = 8 + 1 + 4 + 1;
    private static final long LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
    private static final String ALIGNMENT = "general.alignment";
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int LEAST_ALIGNMENT = 8;
    private static final int MOST_ALIGNMENT = 65_536;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

    private final GgufReader in;
    private final long fileBytes;
    private final Map<String, GgufValue> values = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final List<Entry> entries = new ArrayList<>();
    private long alignment = DEFAULT_ALIGNMENT;

    private GgufHeader(GgufReader in, long fileBytes) {
        this.in = in;
        this.fileBytes = fileBytes;
    }

    /**
     * One tensor.
     *
     * @param shape slowest dimension first, the other way round than the file has it
     * @param begin where its bytes begin, counted from the start of the file
     * @param infoAt where the header tells of it
     */
    record Entry(String name, GgufType type, Shape shape, long begin, long bytes, long infoAt) {

        long end() {
            return begin + bytes;
        }
    }

    /** What a header says. */
    record Content(Map<String, GgufValue> values, List<Entry> entries) {}

    /** Reads and checks the header of a file of this length. */
    static Content parse(GgufReader in, long fileBytes) throws IOException {
        GgufHeader header = new GgufHeader(in, fileBytes);
        try {
            header.readAll();
        } catch (ArithmeticException e) {
            throw new DamagedGgufException(in.position(), "a size or offset passes 2^63 - 1", e);
        }
        return new Content(Map.copyOf(header.values), List.copyOf(header.entries));
    }

    static boolean hasMagic(GgufReader in) throws IOException {
        return in.left() >= Integer.BYTES && in.int32("the magic") == MAGIC;
    }

    private void readAll() throws IOException {
        readVersion();
        long tensors = in.count("tensor_count", MAX_TENSORS, LEAST_TENSOR_BYTES);
        long keys = in.count("kv_count", MAX_KEYS, LEAST_KEY_BYTES);
        for (long i = 0; i < keys; i++) {
            readKey();
        }
        readAlignment();
        List<Entry> relative = new ArrayList<>();
        for (long i = 0; i < tensors; i++) {
            relative.add(readTensor());
        }
        place(relative);
    }

    private void readVersion() throws IOException {
        int magic = in.int32("the magic \"GGUF\"");
        if (magic != MAGIC) {
            throw new DamagedGgufException(
                    0,
                    magic == REVERSED_MAGIC
                            ? "begins with FUGG: big-endian byte order, which is not read here"
                            : "does not begin with the magic \"GGUF\" in little-endian byte order");
        }
        int version = in.int32("the version");
        if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
            throw new DamagedGgufException(
                    4, "has GGUF version " + Integer.toUnsignedString(version) + ", read are 2 and 3");
        }
    }

    private void readKey() throws IOException {
        long at = in.position();
        String key = in.text("a metadata key", MAX_KEY_BYTES);
        if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new DamagedGgufException(at, "a metadata key is empty or holds other than plain characters");
        }
        if (values.put(key, new GgufValueReader(in, key).read()) != null) {
            throw new DamagedGgufException(at, "the key " + key + " is there twice");
        }
    }

    private void readAlignment() {
        @Nullable GgufValue value = values.get(ALIGNMENT);
        if (value == null) {
            return;
        }
        boolean sound = value instanceof GgufValue.Whole whole
                && whole.type() == GgufValue.Type.UINT32
                && whole.value() >= LEAST_ALIGNMENT
                && whole.value() <= MOST_ALIGNMENT
                && Long.bitCount(whole.value()) == 1;
        if (!sound) {
            throw new DamagedGgufException(
                    in.position(),
                    ALIGNMENT + " is " + value.shown() + ", wanted is a UINT32 power of two from " + LEAST_ALIGNMENT
                            + " to " + MOST_ALIGNMENT);
        }
        alignment = ((GgufValue.Whole) value).value();
    }

    /** A tensor whose begin still counts from the start of the tensors. */
    private Entry readTensor() throws IOException {
        long at = in.position();
        String name = in.text("a tensor's name", MAX_NAME_BYTES);
        if (!PLAIN_NAME.matcher(name).matches()) {
            throw new DamagedGgufException(
                    at, "a tensor's name is empty or holds other than letters, digits and . _ -");
        }
        if (!names.add(name)) {
            throw new DamagedGgufException(at, "tensor " + name + " is there twice");
        }
        List<Long> extents = readExtents(name);
        int number = in.int32("the type of tensor " + name);
        @Nullable GgufType type = GgufType.of(number);
        if (type == null) {
            throw new DamagedGgufException(at, "tensor " + name + " has type " + GgufType.unread(number));
        }
        Shape shape = shape(at, name, type, extents);
        long offset = in.int64("the offset of tensor " + name);
        if (offset < 0 || offset % alignment != 0) {
            throw new DamagedGgufException(
                    at,
                    "tensor " + name + " has offset " + Long.toUnsignedString(offset) + ", no multiple of " + ALIGNMENT
                            + " " + alignment);
        }
        return new Entry(name, type, shape, offset, type.bytes(shape.elements()), at);
    }

    private List<Long> readExtents(String name) throws IOException {
        long at = in.position();
        int dimensions = in.int32("the dimensions of tensor " + name);
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw new DamagedGgufException(
                    at,
                    "tensor " + name + " has " + Integer.toUnsignedString(dimensions) + " dimensions, allowed are 1 to "
                            + MAX_DIMENSIONS);
        }
        List<Long> extents = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            extents.add(in.int64("the extents of tensor " + name));
        }
        return extents;
    }

    private static Shape shape(long at, String name, GgufType type, List<Long> fastestFirst) {
        if (fastestFirst.stream().anyMatch(extent -> extent < 1)) {
            throw new DamagedGgufException(at, "tensor " + name + " has an extent of 0 or beyond 2^63 - 1");
        }
        if (fastestFirst.getFirst() % type.blockWeights() != 0) {
            throw new DamagedGgufException(
                    at,
                    "tensor " + name + " has rows of " + fastestFirst.getFirst() + " weights, " + type
                            + " takes multiples of " + type.blockWeights());
        }
        List<Long> slowestFirst = new ArrayList<>(fastestFirst);
        Collections.reverse(slowestFirst);
        try {
            return new Shape(slowestFirst);
        } catch (IllegalArgumentException e) {
            throw new DamagedGgufException(at, "tensor " + name + " has an impossible shape: " + e.getMessage(), e);
        }
    }

    private long padded(long bytes) {
        return Math.addExact(bytes, alignment - 1) / alignment * alignment;
    }

    /** Turns offsets into places in the file and refuses holes, overlaps, and bytes that belong to nothing. */
    private void place(List<Entry> relative) {
        long start = padded(in.position());
        List<Entry> ordered = new ArrayList<>(relative);
        ordered.sort(Comparator.comparingLong(Entry::begin));
        long free = start;
        long end = in.position();
        for (Entry entry : ordered) {
            Entry placed = placed(entry, start);
            if (placed.begin() != free) {
                String fault = placed.begin() > free ? "a hole" : "an overlap";
                throw new DamagedGgufException(
                        entry.infoAt(),
                        fault + " before tensor " + entry.name() + ": it begins at byte " + placed.begin() + ", not "
                                + free);
            }
            entries.add(placed);
            end = placed.end();
            free = padded(end);
        }
        requireEnd(end, ordered.isEmpty() ? start : free);
    }

    private Entry placed(Entry entry, long start) {
        long begin = Math.addExact(start, entry.begin());
        if (Math.addExact(begin, entry.bytes()) > fileBytes) {
            throw new DamagedGgufException(
                    entry.infoAt(),
                    "truncated: tensor " + entry.name() + " takes " + entry.bytes() + " bytes from byte " + begin
                            + " on, the file has " + fileBytes);
        }
        return new Entry(entry.name(), entry.type(), entry.shape(), begin, entry.bytes(), entry.infoAt());
    }

    /** The padding behind the last tensor may be there or not, whole. */
    private void requireEnd(long end, long paddedEnd) {
        if (fileBytes != end && fileBytes != paddedEnd) {
            throw new DamagedGgufException(
                    end,
                    "what it describes ends at byte " + end + ", with padding at " + paddedEnd + ", the file has "
                            + fileBytes + " bytes");
        }
    }
}
