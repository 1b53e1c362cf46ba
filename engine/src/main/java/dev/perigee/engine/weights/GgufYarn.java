package dev.perigee.engine.weights;

import dev.perigee.engine.config.YarnConfig;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads how a GGUF file stretches its rotary positions.
 *
 * <p>Files of 2025 lack the beta keys. Kimi K2 Instruct and Thinking were trained with 1 and 1, all others of the family with 32 and
 * 1, which is also what the format's own programs take.
 */
final class GgufYarn {

    private static final System.Logger LOG = System.getLogger(GgufYarn.class.getName());
    private static final String SCALING = GgufConfig.PREFIX + "rope.scaling.";
    private static final String TYPE = SCALING + "type";
    private static final String FAST = SCALING + "yarn_beta_fast";
    private static final String SLOW = SCALING + "yarn_beta_slow";
    private static final String LOGARITHM = SCALING + "yarn_log_multiplier";
    private static final double MULTIPLIER = 10;
    private static final Pattern NARROW = Pattern.compile("kimi[ _-]?k2[ _-](instruct|thinking)");

    private GgufYarn() {}

    /** The stretching, or {@code null} where there is none. */
    static @Nullable YarnConfig read(GgufMetadata keys) {
        if (!keys.has(TYPE) || keys.text(TYPE).equals("none")) {
            return null;
        }
        if (!keys.text(TYPE).equals("yarn")) {
            throw keys.odd(TYPE, "\"yarn\" or \"none\"");
        }
        // the key holds a tenth of mscale_all_dim, and mscale is taken to be the same
        double mscale = Math.rint(keys.number(LOGARITHM, 0) * MULTIPLIER * 1e6) / 1e6;
        return new YarnConfig(
                keys.number(SCALING + "factor"),
                keys.integer(SCALING + "original_context_length"),
                keys.number(FAST, absentFastBeta(keys)),
                keys.number(SLOW, 1),
                mscale,
                mscale);
    }

    private static double absentFastBeta(GgufMetadata keys) {
        boolean narrow = List.of("general.name", "general.basename").stream()
                .map(key -> keys.findText(key).orElse("").toLowerCase(Locale.ROOT))
                .anyMatch(name -> NARROW.matcher(name).find());
        if (narrow && (!keys.has(FAST) || !keys.has(SLOW))) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} lacks {1} or {2}; 1 is taken for each that is missing, as Kimi K2 was trained with",
                    keys.file(),
                    FAST,
                    SLOW);
        }
        return narrow ? 1 : 32;
    }
}
