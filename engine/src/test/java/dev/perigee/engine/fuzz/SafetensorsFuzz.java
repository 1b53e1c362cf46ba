package dev.perigee.engine.fuzz;

/** A safetensors file beside a sound config.json. */
public final class SafetensorsFuzz {

    private static final FuzzedFile FILE = FuzzedFile.within(Seeds::tiny, "model.safetensors");

    private SafetensorsFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FILE.load(bytes, FuzzedFile::bind);
    }
}
