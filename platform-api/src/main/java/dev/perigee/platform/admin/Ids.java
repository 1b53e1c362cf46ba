package dev.perigee.platform.admin;

import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.tenancy.Tenants;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.ProblemKind;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Identifiers in addresses. */
final class Ids {

    private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private Ids() {}

    /** The id in this text, if it is one. */
    static Optional<UUID> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    /** The id in an address; a malformed one names nothing. */
    static UUID inPath(String text, String what) {
        return parse(text).orElseThrow(() -> unknown(what));
    }

    /** The tenant that an address names. */
    static Tenant tenantInPath(Tenants tenants, String text) {
        return tenants.find(inPath(text, "tenant")).orElseThrow(() -> unknown("tenant"));
    }

    /** There is no such thing. */
    static ProblemException unknown(String what) {
        return new ProblemException(Problem.of(
                ProblemKind.NOT_FOUND, "unknown_" + what, "There is no such " + what.replace('_', ' ') + "."));
    }
}
