package dev.perigee.engine.constraint;

import java.util.Map;
import java.util.Optional;

/**
 * The formats that are enforced, as patterns; each lets through a part of what its standard allows, and nothing else. Formats not
 * named here are remarks, as JSON schema has it.
 *
 * <p>Source: RFC 3339 (dates and times, durations), RFC 4122, RFC 5321, RFC 1123, RFC 4291, RFC 3986.
 */
final class FormatPatterns {

    private static final String LEAP_YEAR =
            "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + LEAP_YEAR + "-02-29)";
    private static final String HOUR_AND_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
    private static final String TIME =
            HOUR_AND_MINUTE + ":[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|(?:[+]0[0-9]|-0[1-9]|[+-]1[0-7]):[0-5][0-9])";
    private static final String BYTE = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?";
    private static final String PLAIN_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9]{0,20})";
    private static final String HOST = PLAIN_LABEL + "(?:\\." + PLAIN_LABEL + "){0,3}";
    private static final String GROUP = "[0-9a-fA-F]{1,4}";
    private static final String URI_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-fA-F]{2})";
    private static final String TIME_OF_DURATION =
            "T(?:[0-9]{1,4}H(?:[0-9]{1,4}M(?:[0-9]{1,4}S)?)?" + "|[0-9]{1,4}M(?:[0-9]{1,4}S)?|[0-9]{1,4}S)";
    private static final String DATE_OF_DURATION =
            "(?:[0-9]{1,4}Y(?:[0-9]{1,4}M(?:[0-9]{1,4}D)?)?" + "|[0-9]{1,4}M(?:[0-9]{1,4}D)?|[0-9]{1,4}D)";

    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE + "T" + TIME),
            Map.entry(
                    "duration",
                    "P(?:" + DATE_OF_DURATION + "(?:" + TIME_OF_DURATION + ")?|" + TIME_OF_DURATION + "|[0-9]{1,4}W)"),
            Map.entry("uuid", "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
            Map.entry("ipv4", BYTE + "(?:\\." + BYTE + "){3}"),
            Map.entry("ipv6", "(?:" + GROUP + "(?::" + GROUP + "){7}|::(?:" + GROUP + "(?::" + GROUP + "){0,5})?)"),
            Map.entry("hostname", HOST),
            Map.entry(
                    "email",
                    "[A-Za-z0-9_+-]{1,30}(?:\\.[A-Za-z0-9_+-]{1,10}){0,2}@" + LABEL + "(?:\\.[A-Za-z]{2,10}){1,3}"),
            Map.entry("uri", "https?://" + HOST + "(?::[1-9][0-9]{0,3})?(?:/" + URI_CHARACTER + "*)?"));

    private FormatPatterns() {}

    /** The whole text's pattern for this format, where it is enforced. */
    static Optional<String> of(String format) {
        return Optional.ofNullable(PATTERNS.get(format)).map(pattern -> "^(?:" + pattern + ")$");
    }
}
