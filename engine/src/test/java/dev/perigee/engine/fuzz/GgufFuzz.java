package dev.perigee.engine.fuzz;

/** A GGUF file: header, metadata, configuration and tensors. */
public final class GgufFuzz {

    private static final FuzzedFile FILE = FuzzedFile.alone("model.gguf");

    private GgufFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FILE.load(bytes, FuzzedFile::bind);
    }
}
