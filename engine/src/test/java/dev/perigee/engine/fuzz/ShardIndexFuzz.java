package dev.perigee.engine.fuzz;

/** A model.safetensors.index.json beside sound weights. */
public final class ShardIndexFuzz {

    private static final FuzzedFile FILE = FuzzedFile.within(Seeds::tiny, "model.safetensors.index.json");

    private ShardIndexFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FILE.load(bytes, FuzzedFile::bind);
    }
}
