package dev.perigee.billing.charging;

/** What usage can be grouped by. */
public enum UsageDimension {
    /** The calendar day of admission, in the query's time zone. */
    DAY,
    /** The model. */
    MODEL,
    /** The project. */
    PROJECT,
    /** The key. */
    API_KEY
}
