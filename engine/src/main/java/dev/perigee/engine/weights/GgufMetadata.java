package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of a GGUF file's metadata; whatever is missing or odd is refused by key and value.
 *
 * <p>Threads: immutable, any.
 */
public final class GgufMetadata {

    private final Path file;
    private final Map<String, GgufValue> values;

    GgufMetadata(Path file, Map<String, GgufValue> values) {
        this.file = file;
        this.values = values;
    }

    /** Where it was read. */
    public Path file() {
        return file;
    }

    /** Whether the file says anything about this key. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** A whole number of any width that an {@code int} holds. */
    public int integer(String key) {
        GgufValue value = required(key);
        if (value instanceof GgufValue.Whole whole && whole.value() == (int) whole.value()) {
            return (int) whole.value();
        }
        throw odd(key, "a whole number below 2^31");
    }

    /** A whole number, or this where the key is absent. */
    public int integer(String key, int absent) {
        return has(key) ? integer(key) : absent;
    }

    /** A number with a point. */
    public double number(String key) {
        if (required(key) instanceof GgufValue.Real real) {
            return real.value();
        }
        throw odd(key, "a FLOAT32 or FLOAT64");
    }

    double number(String key, double absent) {
        return has(key) ? number(key) : absent;
    }

    /** A yes or no, or this where the key is absent. */
    public boolean flag(String key, boolean absent) {
        if (!has(key)) {
            return absent;
        }
        if (required(key) instanceof GgufValue.Flag flag) {
            return flag.value();
        }
        throw odd(key, "a BOOL");
    }

    String text(String key) {
        if (required(key) instanceof GgufValue.Text text) {
            return text.value();
        }
        throw odd(key, "a text");
    }

    /** Refuses a text other than this one. */
    public void require(String key, String wanted) {
        if (!text(key).equals(wanted)) {
            throw odd(key, "\"" + wanted + "\"");
        }
    }

    /** A text, or nothing where the key is absent or its text longer than it may be. */
    public Optional<String> findText(String key) {
        return !has(key) || required(key) instanceof GgufValue.OverlongText ? Optional.empty() : Optional.of(text(key));
    }

    /** An array of texts. */
    public List<String> texts(String key) {
        if (required(key) instanceof GgufValue.Texts texts) {
            return texts.values();
        }
        throw odd(key, "an array of texts");
    }

    /** An array of whole numbers. */
    public List<Integer> integers(String key) {
        if (required(key) instanceof GgufValue.Wholes wholes) {
            return wholes.values();
        }
        throw odd(key, "an array of INT32");
    }

    /** How many elements an array has, whatever they are. */
    long size(String key) {
        return switch (required(key)) {
            case GgufValue.Texts texts -> texts.values().size();
            case GgufValue.Wholes wholes -> wholes.values().size();
            case GgufValue.Passed passed -> passed.size();
            case GgufValue.Whole other -> throw odd(key, "an array");
            case GgufValue.Real other -> throw odd(key, "an array");
            case GgufValue.Flag other -> throw odd(key, "an array");
            case GgufValue.Text other -> throw odd(key, "an array");
            case GgufValue.OverlongText other -> throw odd(key, "an array");
        };
    }

    private GgufValue required(String key) {
        @Nullable GgufValue value = values.get(key);
        if (value == null) {
            throw refused("has no " + key);
        }
        return value;
    }

    /** The refusal of what a key says. */
    ModelLoadException odd(String key, String wanted) {
        return refused(key + " is " + required(key).shown() + ", wanted is " + wanted);
    }

    /** The refusal of the file. */
    public ModelLoadException refused(String problem) {
        return new ModelLoadException(file.toString(), problem, "give a sound GGUF file of the Kimi K2 family");
    }
}
