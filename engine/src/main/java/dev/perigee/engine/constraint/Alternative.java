package dev.perigee.engine.constraint;

/** One form that a value may take. */
sealed interface Alternative permits ScalarRule, ObjectRule, ArrayRule {

    /** How many levels of objects and arrays its smallest value has; {@link ValueRule#ENDLESS} where it has none. */
    int height();

    /**
     * Begins a value.
     *
     * @param octet its first byte
     * @param after where the text stands behind the value
     * @param depth how many objects and arrays are open
     */
    void begin(int octet, Position after, int depth, Positions out);
}
