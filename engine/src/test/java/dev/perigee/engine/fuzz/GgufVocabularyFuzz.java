package dev.perigee.engine.fuzz;

import dev.perigee.engine.tokenizer.Tokenizer;

/** A GGUF file that holds a vocabulary. */
public final class GgufVocabularyFuzz {

    private static final FuzzedFile FILE = FuzzedFile.alone("vocabulary.gguf");

    private GgufVocabularyFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FILE.load(bytes, path -> Tokenizer.load(path).encode("The fox says: 你好 123"));
    }
}
