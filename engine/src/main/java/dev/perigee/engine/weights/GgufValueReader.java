package dev.perigee.engine.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the value of one metadata key. Arrays hold no arrays, and no more than a vocabulary needs. */
record GgufValueReader(GgufReader in, String key) {

    private static final long MAX_TEXT_BYTES = 16L << 20;
    private static final long MAX_TEMPLATE_BYTES = 1L << 20;
    private static final long MAX_ELEMENTS = 4_194_304;
    private static final String TEMPLATE = "tokenizer.chat_template";

    GgufValue read() throws IOException {
        GgufValue.Type type = type("the type of " + key);
        return switch (type) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> new GgufValue.Whole(type, whole(type));
            case FLOAT32 -> new GgufValue.Real(shortest(Float.intBitsToFloat(in.int32(key))));
            case FLOAT64 -> new GgufValue.Real(Double.longBitsToDouble(in.int64(key)));
            case BOOL -> new GgufValue.Flag(flag());
            case STRING -> key.startsWith(TEMPLATE) ? template() : new GgufValue.Text(in.text(key, MAX_TEXT_BYTES));
            case ARRAY -> array();
        };
    }

    /** 1e-5f means 1e-5, as the configuration says that the file was made from. */
    private static double shortest(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private GgufValue.Type type(String what) throws IOException {
        long at = in.position();
        int number = in.int32(what);
        GgufValue.Type[] types = GgufValue.Type.values();
        if (number < 0 || number >= types.length) {
            throw new DamagedGgufException(
                    at, what + " is " + Integer.toUnsignedString(number) + ", known are 0 to " + (types.length - 1));
        }
        return types[number];
    }

    private long whole(GgufValue.Type type) throws IOException {
        return switch (type) {
            case UINT8 -> in.int8(key) & 0xFFL;
            case INT8 -> in.int8(key);
            case UINT16 -> in.int16(key) & 0xFFFFL;
            case INT16 -> in.int16(key);
            case UINT32 -> Integer.toUnsignedLong(in.int32(key));
            case INT32 -> in.int32(key);
            case UINT64, INT64 -> in.int64(key);
            case BOOL -> flag() ? 1 : 0;
            case FLOAT32, FLOAT64, STRING, ARRAY -> throw new AssertionError(type + " is no whole number");
        };
    }

    private boolean flag() throws IOException {
        long at = in.position();
        int value = in.int8(key);
        if (value != 0 && value != 1) {
            throw new DamagedGgufException(at, key + " is " + (value & 0xFF) + ", a truth value is 0 or 1");
        }
        return value == 1;
    }

    /** A template is only looked at; one that is too long to look at does not keep the model from loading. */
    private GgufValue template() throws IOException {
        return in.peekInt64(key) > MAX_TEMPLATE_BYTES
                ? new GgufValue.OverlongText(in.skipText(key))
                : new GgufValue.Text(in.text(key, MAX_TEMPLATE_BYTES));
    }

    private GgufValue array() throws IOException {
        long at = in.position();
        GgufValue.Type type = type("the element type of " + key);
        if (type == GgufValue.Type.ARRAY) {
            throw new DamagedGgufException(at, key + " is an array of arrays, which no key of a model is");
        }
        long size = in.count("the size of " + key, MAX_ELEMENTS, type.leastBytes());
        return switch (type) {
            case STRING -> texts(size);
            case UINT8, INT8, UINT16, INT16, INT32, BOOL -> wholes(type, size);
            case UINT32, UINT64, INT64, FLOAT32, FLOAT64 -> {
                in.skip(Math.multiplyExact(size, (long) type.leastBytes()));
                yield new GgufValue.Passed(type, size);
            }
            case ARRAY -> throw new AssertionError("refused above");
        };
    }

    private GgufValue texts(long size) throws IOException {
        List<String> values = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            values.add(in.text(key, MAX_TEXT_BYTES));
        }
        return new GgufValue.Texts(values);
    }

    private GgufValue wholes(GgufValue.Type type, long size) throws IOException {
        List<Integer> values = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            values.add((int) whole(type));
        }
        return new GgufValue.Wholes(values);
    }
}
