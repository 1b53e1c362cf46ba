package dev.perigee.engine.config;

/** Refuses a configuration value outside its bounds, by its published name. */
final class Bound {

    private Bound() {}

    static void check(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " is " + value + ", allowed is " + least + " to " + most);
        }
    }

    static void check(String key, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(key + " is " + value + ", allowed is " + least + " to " + most);
        }
    }
}
