package dev.perigee.app.start;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where the data directory is. */
public final class DataDirectories {

    static final String PROPERTY = "perigee.data-dir";
    static final String STANDARD = "~/.perigee";

    private DataDirectories() {}

    /** The one of this process's surroundings: system property, environment variable, else in the home directory. */
    public static Path standard() {
        String named = System.getProperty(PROPERTY, System.getenv().getOrDefault("PERIGEE_DATA_DIR", ""));
        return absolute(named.isBlank() ? STANDARD : named);
    }

    /** A path as its user means it: absolute, with {@code ~} for the home directory. */
    static Path absolute(String text) {
        boolean inHome = text.equals("~") || text.startsWith("~/");
        String whole = inHome ? System.getProperty("user.home") + text.substring(1) : text;
        try {
            return Path.of(whole).toAbsolutePath().normalize();
        } catch (InvalidPathException invalid) {
            throw new IllegalArgumentException("PERIGEE_DATA_DIR is no path: " + invalid.getReason(), invalid);
        }
    }
}
