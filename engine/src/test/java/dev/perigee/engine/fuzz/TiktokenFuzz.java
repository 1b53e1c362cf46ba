package dev.perigee.engine.fuzz;

import dev.perigee.engine.tokenizer.Tokenizer;

/** A vocabulary in tiktoken's form. */
public final class TiktokenFuzz {

    private static final FuzzedFile FILE = FuzzedFile.alone("tiktoken.model");

    private TiktokenFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FILE.load(bytes, path -> Tokenizer.load(path).encode("The fox says: 你好 123"));
    }
}
