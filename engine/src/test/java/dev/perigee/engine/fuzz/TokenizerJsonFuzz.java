package dev.perigee.engine.fuzz;

import dev.perigee.engine.tokenizer.Tokenizer;

/** A tokenizer.json. */
public final class TokenizerJsonFuzz {

    private static final FuzzedFile FILE = FuzzedFile.alone("tokenizer.json");

    private TokenizerJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FILE.load(bytes, path -> Tokenizer.load(path).encode("The fox says: 你好 123"));
    }
}
