package dev.perigee.engine.constraint;

import dev.perigee.engine.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Draws allowed tokens at random until a value is complete; after a while only such that lead to an end. */
final class SchemaWalk {

    private static final Pattern TEXT = Pattern.compile("\"[^\"]+\"");

    private final Tokenizer tokenizer;
    private final Random random;
    private final TokenMask mask;
    private final List<String> names = new ArrayList<>();

    /** Hears how long each mask took, in nanoseconds of this thread's processor time. */
    LongConsumer maskNanos = _ -> {};

    SchemaWalk(Tokenizer tokenizer, Random random) {
        this.tokenizer = tokenizer;
        this.random = random;
        this.mask = new TokenMask(tokenizer.vocabularySize());
    }

    /** The text of one value; keys that it must have are among the schema's texts. */
    String value(JsonConstraint constraint, String schema, int patience) {
        names.clear();
        TEXT.matcher(schema).results().map(MatchResult::group).forEach(names::add);
        Collections.shuffle(names, random);
        return value(constraint, patience);
    }

    private String value(JsonConstraint constraint, int patience) {
        ConstraintState state = constraint.start();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int drawn = 0; ; drawn++) {
            long before = ConstraintFigures.cpuNanos();
            state.allowed(mask);
            maskNanos.accept(ConstraintFigures.cpuNanos() - before);
            int allowed = mask.count();
            if (state.mayEnd() && (allowed == 0 || drawn >= patience || random.nextInt(4) == 0)) {
                return bytes.toString(StandardCharsets.UTF_8);
            }
            if (allowed == 0 || drawn > patience + 5_000) {
                throw new AssertionError("stuck behind " + bytes.toString(StandardCharsets.UTF_8));
            }
            boolean inText = inText(bytes.toByteArray());
            if (drawn >= patience && writesOut(state, bytes, inText)) {
                continue;
            }
            int id = drawn < patience ? any(allowed) : leadingOut(allowed, inText);
            state.accept(id);
            bytes.writeBytes(tokenizer.bytes(id));
        }
    }

    private boolean writesOut(ConstraintState state, ByteArrayOutputStream bytes, boolean inText) {
        if (inText) {
            return writes(state, bytes, "\"", "foo\"", "@b.cc\"");
        }
        return !mask.allows(tokenizer.encode("}")[0]) && writesKey(state, bytes);
    }

    private boolean writesKey(ConstraintState state, ByteArrayOutputStream bytes) {
        for (String name : names) {
            if (writes(state, bytes, name + ":", ", " + name + ":")) {
                return true;
            }
        }
        return false;
    }

    /** Writes the first of these texts that is let through, where one is. */
    private boolean writes(ConstraintState state, ByteArrayOutputStream bytes, String... texts) {
        for (String text : texts) {
            int[] ids = tokenizer.encode(text);
            if (accepts(state.fork(), ids)) {
                accepts(state, ids);
                bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
                return true;
            }
        }
        return false;
    }

    private static boolean accepts(ConstraintState state, int[] ids) {
        try {
            for (int id : ids) {
                state.accept(id);
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private int any(int allowed) {
        int skip = random.nextInt(allowed);
        for (int id = 0; ; id++) {
            if (mask.allows(id) && skip-- == 0) {
                return id;
            }
        }
    }

    private int leadingOut(int allowed, boolean inText) {
        for (char wanted : (inText ? "\"" : "}]\"n0").toCharArray()) {
            int id = tokenizer.encode(String.valueOf(wanted))[0];
            if (mask.allows(id) && random.nextInt(16) > 0) {
                return id;
            }
        }
        return any(allowed);
    }

    private static boolean inText(byte[] bytes) {
        boolean inText = false;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\') {
                i++;
            } else {
                inText ^= bytes[i] == '"';
            }
        }
        return inText;
    }
}
