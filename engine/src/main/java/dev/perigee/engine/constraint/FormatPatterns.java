package dev.perigee.engine.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The formats that are enforced, as patterns. Formats not named here are remarks, as JSON schema has it.
 *
 * <p>What is let through is what the standard allows, in one written form (T, Z and P in capitals, no quoted local parts, no address
 * literals in mails), and within bounds: fractions of a second have at most 9 digits; only UTC has leap seconds, and only a time of day;
 * a host name has at most three labels, or seven of which all behind the first have at most 30 characters, or fifteen of at most 15; an URI has something behind its scheme.
 *
 * <p>Source: RFC 3339 (dates and times, durations), RFC 4122, RFC 5321, RFC 1123, RFC 4291, RFC 3986.
 */
final class FormatPatterns {

    private static final String LEAP_YEAR =
            "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + LEAP_YEAR + "-02-29)";
    private static final String HOUR = "(?:[01][0-9]|2[0-3])";
    private static final String MINUTE = "[0-5][0-9]";
    private static final String FRACTION = "(?:\\.[0-9]{1,9})?";
    private static final String CLOCK = HOUR + ":" + MINUTE + ":" + MINUTE + FRACTION;
    private static final String TIME =
            "(?:" + CLOCK + "(?:Z|[+-]" + HOUR + ":" + MINUTE + ")|23:59:60" + FRACTION + "Z)";

    /** As programs know zones: up to 18 hours, and minus zero is not one of them. */
    private static final String ZONE = "(?:Z|[+](?:0[0-9]|1[0-7]):" + MINUTE + "|-(?:0[1-9]|1[0-7]):" + MINUTE
            + "|-00:(?:0[1-9]|[1-5][0-9])|[+-]18:00)";

    private static final String TIME_OF_DURATION =
            "T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?" + "|[0-9]+M(?:[0-9]+S)?|[0-9]+S)";
    private static final String DATE_OF_DURATION =
            "(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?" + "|[0-9]+M(?:[0-9]+D)?|[0-9]+D)";

    private static final String BYTE = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final String IPV4 = "(?:" + BYTE + "\\.){3}" + BYTE;
    private static final String GROUP = "[0-9a-fA-F]{1,4}";
    private static final String IPV6 = ipv6();

    private static final String HOST = "(?:" + label(63) + "(?:\\." + label(63) + "){0,2}|" + label(63) + "(?:\\."
            + label(30) + "){0,6}|" + label(15) + "(?:\\." + label(15) + "){0,14})";
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final String MAIL_DOMAIN = "(?:" + label(63) + "\\.(?:" + label(30) + "\\.){0,2}[A-Za-z]{2,24})";

    private static final String PLAIN = "-A-Za-z0-9._~!$&'()*+,;=";
    private static final String ESCAPE = "%[0-9a-fA-F]{2}";
    private static final String PATH = "(?:[" + PLAIN + ":@/]|" + ESCAPE + ")*";
    private static final String TAIL = "(?:[" + PLAIN + ":@/?]|" + ESCAPE + ")*";
    private static final String USER = "(?:(?:[" + PLAIN + ":]|" + ESCAPE + ")*@)?";
    private static final String NAME = "(?:[" + PLAIN + "]|" + ESCAPE + ")*";
    private static final String AUTHORITY = USER + "(?:\\[" + IPV6 + "\\]|" + NAME + ")(?::[0-9]*)?";
    private static final String ROOTLESS = "(?:[" + PLAIN + ":@]|" + ESCAPE + ")" + PATH;
    private static final String URI = "[A-Za-z][A-Za-z0-9+.-]*:(?://" + AUTHORITY + "(?:/" + PATH + ")?|/(?:" + ROOTLESS
            + ")?|" + ROOTLESS + ")(?:\\?" + TAIL + ")?(?:#" + TAIL + ")?";

    /** All patterns of a format hold together. */
    private static final Map<String, List<String>> PATTERNS = Map.ofEntries(
            Map.entry("date", List.of(DATE)),
            Map.entry("time", List.of(TIME)),
            Map.entry("date-time", List.of(DATE + "T" + CLOCK + ZONE)),
            Map.entry(
                    "duration",
                    List.of("P(?:" + DATE_OF_DURATION + "(?:" + TIME_OF_DURATION + ")?|" + TIME_OF_DURATION
                            + "|[0-9]+W)")),
            Map.entry("uuid", List.of("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")),
            Map.entry("ipv4", List.of(IPV4)),
            Map.entry("ipv6", List.of(IPV6)),
            Map.entry("hostname", List.of(HOST)),
            Map.entry("email", List.of(ATOM + "(?:\\." + ATOM + ")*@" + MAIL_DOMAIN, "[^@]{1,64}@.*")),
            Map.entry("uri", List.of(URI)));

    private FormatPatterns() {}

    /** The whole text's patterns for this format; none where it is not enforced. */
    static List<String> of(String format) {
        return PATTERNS.getOrDefault(format, List.of()).stream()
                .map(pattern -> "^(?:" + pattern + ")$")
                .toList();
    }

    private static String label(int longest) {
        return "[A-Za-z0-9](?:[A-Za-z0-9-]{0," + (longest - 2) + "}[A-Za-z0-9])?";
    }

    /** Eight groups, the last two perhaps as an IPv4 address, or fewer around one {@code ::}. */
    private static String ipv6() {
        List<String> forms =
                new ArrayList<>(List.of("(?:" + GROUP + ":){6}(?:" + GROUP + ":" + GROUP + "|" + IPV4 + ")"));
        for (int left = 0; left <= 7; left++) {
            String begin = left == 0 ? "::" : GROUP + "(?::" + GROUP + "){" + (left - 1) + "}::";
            String groups = left == 7 ? "" : "(?:" + GROUP + "(?::" + GROUP + "){0," + (6 - left) + "})?";
            String mixed = left > 5 ? "" : "|(?:" + GROUP + ":){0," + (5 - left) + "}" + IPV4;
            forms.add(begin + "(?:" + groups + mixed + ")");
        }
        return "(?:" + String.join("|", forms) + ")";
    }
}
