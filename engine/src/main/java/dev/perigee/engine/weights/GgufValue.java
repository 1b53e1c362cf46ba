package dev.perigee.engine.weights;

import java.util.List;

/** What a metadata key of a GGUF file says. */
sealed interface GgufValue {

    /** How messages show it, shortened. */
    String shown();

    /** A whole number of any width. */
    record Whole(Type type, long value) implements GgufValue {
        @Override
        public String shown() {
            return type == Type.UINT64 ? Long.toUnsignedString(value) : String.valueOf(value);
        }
    }

    /** A number; float32 ones as the shortest decimal that is the same float32. */
    record Real(double value) implements GgufValue {
        @Override
        public String shown() {
            return String.valueOf(value);
        }
    }

    /** True or false. */
    record Flag(boolean value) implements GgufValue {
        @Override
        public String shown() {
            return String.valueOf(value);
        }
    }

    /** A text. */
    record Text(String value) implements GgufValue {
        @Override
        public String shown() {
            return "\"" + (value.length() <= 80 ? value : value.substring(0, 80) + "…") + "\"";
        }
    }

    /** A text that is longer than its key may be; it was passed over. */
    record OverlongText(long bytes) implements GgufValue {
        @Override
        public String shown() {
            return "a text of " + bytes + " bytes";
        }
    }

    /** Many texts. */
    record Texts(List<String> values) implements GgufValue {
        public Texts {
            values = List.copyOf(values);
        }

        @Override
        public String shown() {
            return values.size() + " texts";
        }
    }

    /** Many whole numbers. */
    record Wholes(List<Integer> values) implements GgufValue {
        public Wholes {
            values = List.copyOf(values);
        }

        @Override
        public String shown() {
            return values.size() + " whole numbers";
        }
    }

    /** Many values that nothing here reads; they were passed over. */
    record Passed(Type type, long size) implements GgufValue {
        @Override
        public String shown() {
            return size + " values of type " + type;
        }
    }

    /** The types of the format; their place is their number. */
    enum Type {
        UINT8(1),
        INT8(1),
        UINT16(2),
        INT16(2),
        UINT32(4),
        INT32(4),
        FLOAT32(4),
        BOOL(1),
        STRING(8),
        ARRAY(12),
        UINT64(8),
        INT64(8),
        FLOAT64(8);

        private final int leastBytes;

        Type(int leastBytes) {
            this.leastBytes = leastBytes;
        }

        /** Bytes of a value; of a text or an array the fewest it can have. */
        int leastBytes() {
            return leastBytes;
        }
    }
}
