package dev.perigee.engine.fuzz;

/** A config.json beside sound weights. */
public final class ConfigFuzz {

    private static final FuzzedFile FILE = FuzzedFile.within(Seeds::tiny, "config.json");

    private ConfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FILE.load(bytes, FuzzedFile::bind);
    }
}
