package dev.perigee.platform.web;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A no, in no dialect yet.
 *
 * @param kind what kind of no
 * @param code the reason as a stable word, for programs
 * @param message the reason, for people: what, where, and the bound
 * @param field the field or parameter that it is about
 * @param retryAfter when it is worth trying again
 * @param notice the limit that refused, where one did
 */
public record Problem(
        ProblemKind kind,
        String code,
        String message,
        @Nullable String field,
        @Nullable Duration retryAfter,
        @Nullable LimitNotice notice) {

    /** A problem with no field and no better time. */
    public static Problem of(ProblemKind kind, String code, String message) {
        return new Problem(kind, code, message, null, null, null);
    }

    /** The request is wrong in this field. */
    public static Problem invalid(String code, @Nullable String field, String message) {
        return new Problem(ProblemKind.INVALID, code, message, field, null, null);
    }

    /** Whether the same request would be refused again, although its status lets clients try. */
    boolean retryIsVain() {
        return notice != null ? !notice.retryHelps() : kind == ProblemKind.CONFLICT && retryAfter == null;
    }

    /** The same problem, worth trying again after so long. */
    public Problem retryAfter(Duration pause) {
        return new Problem(kind, code, message, field, pause, notice);
    }

    /** The same problem, about this field. */
    public Problem about(String name) {
        return new Problem(kind, code, message, name, retryAfter, notice);
    }

    /** The same problem, because of this limit. */
    public Problem because(LimitNotice limit) {
        return new Problem(kind, code, message, field, retryAfter, limit);
    }
}
