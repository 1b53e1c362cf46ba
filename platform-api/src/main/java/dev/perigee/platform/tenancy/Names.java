package dev.perigee.platform.tenancy;

/** What names of tenants, projects and keys may be. */
public final class Names {

    /** Most characters. */
    public static final int MAX_LENGTH = 100;

    private Names() {}

    /** Throws unless the name has 1 to 100 characters, one of them visible and none a control character. */
    public static void check(String name) {
        if (name.isBlank() || name.length() > MAX_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "name must have 1 to " + MAX_LENGTH + " characters, not only blanks, and no control characters");
        }
    }
}
