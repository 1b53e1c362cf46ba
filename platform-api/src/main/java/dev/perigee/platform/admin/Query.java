package dev.perigee.platform.admin;

import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.Quoted;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;

/** The query parameters of a request. Errors: {@link ProblemException} naming parameter, value and bound. */
final class Query {

    private static final int MAX_LIMIT = 1000;
    private static final int LIMIT = 100;

    private final MultiValueMap<String, String> values;

    private Query(MultiValueMap<String, String> values) {
        this.values = values;
    }

    /** The parameters, where each is known and there once. */
    static Query of(HttpServletRequest request, Set<String> known) {
        MultiValueMap<String, String> values = new LinkedMultiValueMap<>();
        parsed(request.getQueryString()).forEach((name, given) -> {
            String plain = decoded(name);
            if (!known.contains(plain)) {
                throw unknown(plain, known);
            }
            if (given.size() != 1) {
                throw invalid(plain, "is given " + given.size() + " times, may be given once");
            }
            values.add(plain, decoded(given.getFirst() == null ? "" : given.getFirst()));
        });
        return new Query(values);
    }

    /** Of the address only: what the servlet calls parameters may come from a body too. */
    private static MultiValueMap<String, String> parsed(@Nullable String query) {
        return UriComponentsBuilder.newInstance()
                .query(query == null ? "" : query)
                .build()
                .getQueryParams();
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.invalid(
                    "invalid_value",
                    null,
                    "The query holds " + Quoted.text(text) + ", which is not percent-encoded text."));
        }
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
        return values.getFirst(name);
    }

    /** How many elements of a list are wanted: 100, or {@code limit} from 1 to 1000. */
    int limit() {
        return (int) whole("limit", 1, MAX_LIMIT, LIMIT);
    }

    /** A whole number within bounds. */
    long whole(String name, long least, long most, long otherwise) {
        String given = text(name);
        if (given == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(given);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw invalid(name, "is " + Quoted.text(given) + ", must be a whole number from " + least + " to " + most);
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
