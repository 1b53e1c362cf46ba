package dev.perigee.billing;

/** The database does not keep what it confirmed: a setting lets it lose commits. */
public final class UnsafeDatabaseException extends RuntimeException {

    private final String setting;

    UnsafeDatabaseException(String setting) {
        super("The database has " + setting
                + " off: it can lose charges that it confirmed, so Perigee does not start on it");
        this.setting = setting;
    }

    /** The name of the setting that is off. */
    public String setting() {
        return setting;
    }
}
