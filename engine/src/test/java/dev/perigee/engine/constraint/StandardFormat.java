package dev.perigee.engine.constraint;

import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Texts that the standard of a format allows, made without any pattern of the engine; and where the library goes further than it. */
enum StandardFormat {
    DATE(StandardFormat::date, "(?!)"),
    // leap seconds outside UTC, and whatever has not the standard's shape at all
    TIME(random -> clock(random, 9) + offset(random, 24), ".*:60.*|(?!" + Shapes.TIME + "$).*"),
    // what the library knows of single leap seconds, and whatever has not the standard's shape at all
    DATE_TIME(
            random -> date(random) + "T" + clock(random, 9) + offset(random, 18),
            ".*:60.*|(?!\\d{4}-\\d\\d-\\d\\dT" + Shapes.TIME + "$).*"),
    // a unit left out between two others, small letters
    DURATION(StandardFormat::duration, ".*[a-z].*|.*\\dY\\d+D.*|.*\\dH\\d+S.*"),
    UUID_FORMAT(random -> new UUID(random.nextLong(), random.nextLong()).toString(), "(?!)"),
    IPV4(StandardFormat::ipv4, "(?!)"),
    IPV6(StandardFormat::ipv6, "(?!)"),
    HOSTNAME(StandardFormat::hostname, "(?!)"),
    // domains without a point or with other than plain letters at the end; quoted local parts, address literals,
    // letters beyond ASCII
    EMAIL(
            StandardFormat::email,
            "[^.]*@[^.]*|.*\\.[^.]*[^A-Za-z.][^.]*|.*@[^.]*|.*\\.[^.]?|.*[^\\x00-\\x7f].*|.*[\"\\[].*"),
    // authorities whose port is no number, brackets outside an authority, leading zeros and zones in an address,
    // schemes alone
    URI(
            StandardFormat::uri,
            "[^:]+:(?:[?#].*)?|[^:]+:(?!//).*[\\[\\]].*|[^:]+://[^/?#]*[/?#].*[\\[\\]].*|.*[:.]0\\d+[.\\]].*|.*\\[[^]]*%.*|"
                    + "[^:/?#]+://(?!(?:[^@/?#]*@)?(?:\\[[^]]*\\]|[^:@\\[\\]/?#]*)(?::\\d*)?(?:[/?#]|$)).*");

    private static final String ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String ATEXT = ALPHANUMERIC + "!#$%&'*+-/=?^_`{|}~";
    private static final Pattern LAST_LABEL = Pattern.compile("\\.[A-Za-z]{2,24}$");

    private final Function<Random, String> text;
    private final Pattern leftOpen;

    StandardFormat(Function<Random, String> text, String leftOpen) {
        this.text = text;
        this.leftOpen = Pattern.compile(leftOpen, Pattern.DOTALL);
    }

    String published() {
        return this == UUID_FORMAT ? "uuid" : name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String text(Random random) {
        return text.apply(random);
    }

    /** The shape of times, whatever their figures. */
    private static final class Shapes {
        static final String TIME = "\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)";
    }

    /** Where the library accepts more than the standard, or the standard more than the one form that is written here. */
    boolean isLeftOpen(String other) {
        return leftOpen.matcher(other).matches() || isBeyondBounds(other);
    }

    /** Names longer than the engine's bounds of host names and mail domains. */
    private boolean isBeyondBounds(String other) {
        String[] labels = other.substring(other.indexOf('@') + 1).split("\\.", -1);
        int longest = IntStream.range(1, labels.length)
                .map(i -> labels[i].length())
                .max()
                .orElse(0);
        boolean long15 = longest > 15 || labels[0].length() > 15;
        return switch (this) {
            case HOSTNAME -> labels.length > 15 || labels.length > 7 && long15 || labels.length > 3 && longest > 30;
            case EMAIL -> labels.length > 4 || longest > 30;
            case DATE, TIME, DATE_TIME, DURATION, UUID_FORMAT, IPV4, IPV6, URI -> false;
        };
    }

    /** The library takes top-level domains only that it knows. */
    String asLibraryKnowsIt(String other) {
        return this == EMAIL ? LAST_LABEL.matcher(other).replaceFirst(".com") : other;
    }

    private static String date(Random random) {
        int year = random.nextInt(4) == 0 ? 100 * random.nextInt(100) : random.nextInt(10_000);
        int month = 1 + random.nextInt(12);
        int days = java.time.YearMonth.of(year, month).lengthOfMonth();
        int day = random.nextBoolean() ? days : 1 + random.nextInt(days);
        return "%04d-%02d-%02d".formatted(year, month, day);
    }

    private static String clock(Random random, int digits) {
        String clock = "%02d:%02d:%02d".formatted(random.nextInt(24), random.nextInt(60), random.nextInt(60));
        return random.nextBoolean() ? clock : clock + "." + digits(random, 1 + random.nextInt(digits));
    }

    private static String offset(Random random, int hours) {
        String sign = random.nextBoolean() ? "+" : "-";
        String offset = "%02d:%02d".formatted(random.nextInt(hours), random.nextInt(60));
        return random.nextInt(3) == 0 || offset.equals("00:00") ? "Z" : sign + offset;
    }

    private static String duration(Random random) {
        if (random.nextInt(6) == 0) {
            return "P" + number(random) + "W";
        }
        String days = units(random, "YMD");
        String time = units(random, "HMS");
        boolean timed = days.isEmpty() || random.nextBoolean();
        return "P" + days + (timed ? "T" + (time.isEmpty() ? number(random) + "S" : time) : "");
    }

    /** Some of these units that follow each other. */
    private static String units(Random random, String letters) {
        int from = random.nextInt(letters.length());
        int to = from + random.nextInt(letters.length() - from + 1);
        return letters.substring(from, to)
                .chars()
                .mapToObj(unit -> number(random) + (char) unit)
                .collect(Collectors.joining());
    }

    private static String number(Random random) {
        return digits(random, 1 + random.nextInt(6));
    }

    private static String digits(Random random, int count) {
        return random.ints(count, 0, 10).mapToObj(String::valueOf).collect(Collectors.joining());
    }

    private static String ipv4(Random random) {
        return random.ints(4, 0, 256).mapToObj(String::valueOf).collect(Collectors.joining("."));
    }

    private static String ipv6(Random random) {
        boolean mixed = random.nextInt(3) == 0;
        int room = mixed ? 6 : 8;
        if (random.nextInt(3) == 0) {
            return groups(random, room) + (mixed ? ":" + ipv4(random) : "");
        }
        int left = random.nextInt(room);
        int right = random.nextInt(room - left);
        String end = groups(random, right) + (mixed ? (right > 0 ? ":" : "") + ipv4(random) : "");
        return groups(random, left) + "::" + end;
    }

    private static String groups(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> random.nextBoolean()
                        ? Integer.toHexString(random.nextInt(1 << 16))
                        : "%04X".formatted(random.nextInt(1 << 16)))
                .collect(Collectors.joining(":"));
    }

    private static String hostname(Random random) {
        int[] lengths = switch (random.nextInt(3)) {
            case 0 -> random.ints(1 + random.nextInt(3), 1, 64).toArray();
            case 1 -> random.ints(1 + random.nextInt(7), 1, 31).toArray();
            default -> random.ints(1 + random.nextInt(15), 1, 16).toArray();
        };
        return IntStream.of(lengths).mapToObj(length -> label(random, length)).collect(Collectors.joining("."));
    }

    private static String label(Random random, int length) {
        StringBuilder label = new StringBuilder(some(random, ALPHANUMERIC, length));
        for (int i = 1; i < length - 1; i++) {
            if (random.nextInt(5) == 0) {
                label.setCharAt(i, '-');
            }
        }
        return label.toString();
    }

    private static String some(Random random, String letters, int count) {
        return random.ints(count, 0, letters.length())
                .mapToObj(i -> letters.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    private static String email(Random random) {
        StringBuilder local = new StringBuilder(some(random, ATEXT, 1 + random.nextInt(64)));
        for (int i = 1; i < local.length() - 1; i++) {
            if (random.nextInt(10) == 0 && local.charAt(i - 1) != '.') {
                local.setCharAt(i, '.');
            }
        }
        String sub = random.nextBoolean() ? "." + label(random, 1 + random.nextInt(30)) : "";
        return local + "@" + label(random, 1 + random.nextInt(63)) + sub + "."
                + some(random, ALPHANUMERIC.substring(0, 52), 2 + random.nextInt(20));
    }

    private static String uri(Random random) {
        String pchar = ALPHANUMERIC + "-._~!$&'()*+,;=:@";
        String path = (random.nextBoolean() ? "/" : "") + some(random, pchar, 1 + random.nextInt(10)) + "/%4a%C3%A9";
        String host = switch (random.nextInt(3)) {
            case 0 -> "[" + ipv6(random) + "]";
            case 1 -> ipv4(random);
            default -> hostname(random);
        };
        String user = random.nextInt(4) == 0 ? some(random, ALPHANUMERIC + "-._~!$&'()*+,;=:", 5) + "@" : "";
        String port = random.nextInt(3) == 0 ? ":" + (1 + random.nextInt(65_535)) : "";
        String there = random.nextBoolean() ? "//" + user + host + port + (path.startsWith("/") ? path : "") : path;
        String query = random.nextInt(3) == 0 ? "?" + some(random, pchar + "/?", random.nextInt(12)) : "";
        String fragment = random.nextInt(3) == 0 ? "#" + some(random, pchar + "/?", random.nextInt(12)) : "";
        return some(random, ALPHANUMERIC.substring(0, 52), 1) + some(random, ALPHANUMERIC + "+-.", 4) + ":" + there
                + query + fragment;
    }
}
