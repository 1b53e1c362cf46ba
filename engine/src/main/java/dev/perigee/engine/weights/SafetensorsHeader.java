package dev.perigee.engine.weights;

import dev.perigee.engine.json.JsonFiles;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the JSON header of a safetensors file, strictly: every byte behind it belongs to exactly one tensor.
 *
 * <p>Errors: {@link DamagedHeaderException} with the tensor's name where there is one; memory stays within a small multiple of the
 * header, whatever it claims.
 *
 * <p>Source: the safetensors format, with its own limits.
 */
final class SafetensorsHeader {

    /** Kimi K2 with INT4 experts has 204,000 in all its files together. */
    static final int MAX_TENSORS = 1 << 18;

    /** The format allows them, no known checkpoint has one; the bytes of the file bound all others. */
    private static final int MAX_EMPTY = 1024;

    private static final int MAX_NAME_LENGTH = 512;
    private static final String METADATA = "__metadata__";

    private final JsonParser parser;
    private final long dataBytes;
    private final Map<String, Entry> entries = new HashMap<>();
    private long claimedBytes;
    private int empty;

    private SafetensorsHeader(JsonParser parser, long dataBytes) {
        this.parser = parser;
        this.dataBytes = dataBytes;
    }

    /** One tensor: where its bytes are, counted from the end of the header. */
    record Entry(String name, DataType type, Shape shape, long begin, long end) {}

    /** A header that breaks a rule of the format. */
    static final class DamagedHeaderException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        DamagedHeaderException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        DamagedHeaderException(String message) {
            this(message, null);
        }
    }

    /** The tensors of a header, by name; the header is read as it comes, never held as a whole. */
    static Map<String, Entry> parse(InputStream header, long dataBytes) throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(header);
        int first = bytes.read();
        if (first != '{') {
            throw new DamagedHeaderException("its header does not begin with {");
        }
        bytes.unread(first);
        Reader strict = new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = JsonFiles.FACTORY.createParser(strict)) {
            SafetensorsHeader reader = new SafetensorsHeader(parser, dataBytes);
            reader.readAll();
            return reader.entries;
        } catch (JacksonException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw new DamagedHeaderException("its header is not UTF-8", e);
            }
            throw new DamagedHeaderException("its header is not sound JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    private void readAll() {
        expect(JsonToken.START_OBJECT, "header");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = checkedName(parser.currentName());
            if (name.equals(METADATA)) {
                readMetadata();
            } else {
                readTensor(name);
            }
        }
        if (parser.nextToken() != null) {
            throw new DamagedHeaderException("its header has something behind the JSON object");
        }
        requireEveryByteUsedOnce();
    }

    private static String checkedName(String name) {
        boolean sound = !name.isEmpty()
                && name.length() <= MAX_NAME_LENGTH
                && name.codePoints().noneMatch(c -> Character.isISOControl(c) || isHalf(c));
        if (!sound) {
            throw new DamagedHeaderException("a tensor has an empty or overlong name, or one with control characters");
        }
        return name;
    }

    /** Half of a pair without the other half, which no UTF-8 spells. */
    private static boolean isHalf(int codePoint) {
        return Character.getType(codePoint) == Character.SURROGATE;
    }

    private void readMetadata() {
        expect(JsonToken.START_OBJECT, METADATA);
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            expect(JsonToken.VALUE_STRING, METADATA);
            if ((key + parser.getString()).codePoints().anyMatch(SafetensorsHeader::isHalf)) {
                throw new DamagedHeaderException(METADATA + " has half of a surrogate pair");
            }
        }
    }

    private void readTensor(String name) {
        if (entries.size() >= MAX_TENSORS) {
            throw new DamagedHeaderException("its header names more than " + MAX_TENSORS + " tensors");
        }
        expect(JsonToken.START_OBJECT, name);
        @Nullable DataType type = null;
        @Nullable List<Long> shape = null;
        @Nullable List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            switch (parser.currentName()) {
                case "dtype" -> type = readType(name);
                case "shape" -> shape = readNumbers(name, Shape.MAX_DIMENSIONS);
                case "data_offsets" -> offsets = readNumbers(name, 2);
                case String other ->
                    throw new DamagedHeaderException("tensor " + name + " has an unknown field " + other);
            }
        }
        if (type == null || shape == null || offsets == null || offsets.size() != 2) {
            throw new DamagedHeaderException("tensor " + name + " lacks dtype, shape or two data_offsets");
        }
        add(name, type, shape, offsets);
    }

    private void add(String name, DataType type, List<Long> extents, List<Long> offsets) {
        long begin = offsets.getFirst();
        long end = offsets.getLast();
        long size;
        Shape shape;
        try {
            shape = new Shape(extents);
            size = Math.multiplyExact(shape.elements(), (long) type.bytes());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new DamagedHeaderException("tensor " + name + " has an impossible shape " + extents, e);
        }
        if (begin > end || end > dataBytes) {
            throw new DamagedHeaderException("tensor " + name + " lies at " + begin + " to " + end + ", the file has "
                    + dataBytes + " bytes of tensors (truncated?)");
        }
        if (end - begin != size) {
            throw new DamagedHeaderException("tensor " + name + " " + type + " " + shape + " takes " + size
                    + " bytes, its offsets span " + (end - begin));
        }
        claim(name, size);
        entries.put(name, new Entry(name, type, shape, begin, end));
    }

    /** Refuses overlapping giants and crowds of empty tensors while reading, before their number can fill the memory. */
    private void claim(String name, long size) {
        empty += size == 0 ? 1 : 0;
        if (empty > MAX_EMPTY) {
            throw new DamagedHeaderException("more than " + MAX_EMPTY + " tensors up to " + name + " are empty");
        }
        claimedBytes += size;
        if (claimedBytes > dataBytes) {
            throw new DamagedHeaderException(
                    "the tensors up to " + name + " take more bytes than the file has: overlap");
        }
    }

    private DataType readType(String name) {
        expect(JsonToken.VALUE_STRING, name);
        String text = parser.getString();
        for (DataType type : DataType.values()) {
            if (type.name().equals(text)) {
                return type;
            }
        }
        throw new DamagedHeaderException("tensor " + name + " has an unknown dtype " + text);
    }

    private List<Long> readNumbers(String name, int most) {
        expect(JsonToken.START_ARRAY, name);
        List<Long> numbers = new ArrayList<>(most);
        while (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            if (numbers.size() >= most || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw new DamagedHeaderException("tensor " + name + " has too many or too large numbers");
            }
            numbers.add(nonNegative(name, parser.getLongValue()));
        }
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw new DamagedHeaderException("tensor " + name + " has a shape or offset that is no whole number");
        }
        return numbers;
    }

    private static long nonNegative(String name, long value) {
        if (value < 0) {
            throw new DamagedHeaderException("tensor " + name + " has a negative number " + value);
        }
        return value;
    }

    private void expect(JsonToken wanted, String where) {
        JsonToken found = parser.nextToken();
        if (found != wanted) {
            throw new DamagedHeaderException(where + " has " + found + " where " + wanted + " belongs");
        }
    }

    private void requireEveryByteUsedOnce() {
        List<Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long used = 0;
        for (Entry entry : ordered) {
            if (entry.begin() != used) {
                String fault = entry.begin() > used ? "a hole" : "an overlap";
                throw new DamagedHeaderException(
                        fault + " before tensor " + entry.name() + ": it begins at " + entry.begin() + ", not " + used);
            }
            used = entry.end();
        }
        if (used != dataBytes) {
            throw new DamagedHeaderException(
                    "its tensors end at " + used + ", the file has " + dataBytes + " bytes of them");
        }
    }
}
