package dev.perigee.platform.admin;

import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.Quoted;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The query parameters of a request. Errors: {@link ProblemException} naming parameter, value and bound. */
final class Query {

    private static final int MAX_LIMIT = 1000;
    private static final int LIMIT = 100;

    private final Map<String, String[]> values;

    private Query(Map<String, String[]> values) {
        this.values = values;
    }

    /** The parameters, where each is known and there once. */
    static Query of(HttpServletRequest request, Set<String> known) {
        Map<String, String[]> values = request.getParameterMap();
        values.forEach((name, given) -> {
            if (!known.contains(name)) {
                throw unknown(name, known);
            }
            if (given.length != 1) {
                throw invalid(name, "is given " + given.length + " times, may be given once");
            }
        });
        return new Query(values);
    }

    /** Refuses every parameter. */
    static void none(HttpServletRequest request) {
        of(request, Set.of());
    }

    private static ProblemException unknown(String name, Set<String> known) {
        String shown = Quoted.text(name);
        String list = known.isEmpty()
                ? "there are none"
                : "known are " + String.join(", ", known.stream().sorted().toList());
        return new ProblemException(Problem.invalid(
                "unknown_parameter",
                shown.substring(1, shown.length() - 1),
                "Unknown query parameter " + shown + ": " + list + "."));
    }

    static ProblemException invalid(String name, String what) {
        return new ProblemException(Problem.invalid("invalid_value", name, name + " " + what + "."));
    }

    @Nullable
    String text(String name) {
        String[] given = values.get(name);
        return given == null ? null : given[0];
    }

    /** How many elements of a list are wanted: 100, or {@code limit} from 1 to 1000. */
    int limit() {
        String given = text("limit");
        if (given == null) {
            return LIMIT;
        }
        try {
            int limit = Integer.parseInt(given);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw invalid("limit", "is " + Quoted.text(given) + ", must be a whole number from 1 to " + MAX_LIMIT);
    }

    /** The id of the element behind which a list goes on. */
    @Nullable
    UUID after() {
        String given = text("after");
        if (given == null) {
            return null;
        }
        return Ids.parse(given)
                .orElseThrow(
                        () -> invalid("after", "is " + Quoted.text(given) + ", must be the id of a list's element"));
    }

    /** A moment, or a day that stands for its first moment in this time zone. */
    @Nullable
    Instant moment(String name, ZoneId timeZone) {
        String given = text(name);
        if (given == null) {
            return null;
        }
        try {
            return given.length() == "2026-12-31".length()
                    ? LocalDate.parse(given).atStartOfDay(timeZone).toInstant()
                    : OffsetDateTime.parse(given).toInstant();
        } catch (DateTimeParseException e) {
            throw invalid(
                    name,
                    "is " + Quoted.text(given)
                            + ", must be a day such as 2026-12-31 or a moment such as 2026-12-31T23:59:59Z");
        }
    }
}
