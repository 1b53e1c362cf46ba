package dev.perigee.engine;

import dev.perigee.engine.testing.GgufCopy;
import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import dev.perigee.engine.tokenizer.GgufTokens;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A whole model folder with random weights, for tests: its text tokens are the 256 bytes, its answers are nonsense. */
public final class TinyModel {

    /** Its longest sequence. */
    public static final int CONTEXT = 256;

    private TinyModel() {}

    /** Writes the folder's files. */
    public static Path write(Path folder) throws IOException {
        new TinyCheckpoint(3).with("vocab_size", "520").writeTo(folder);
        TestVocabularies.write(folder.resolve("tiktoken.model"));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_name\":\"moonlet\"}");
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\":[257,258]}");
        return folder;
    }

    /** Writes the same model as one GGUF file; keys can be changed before it is written. */
    public static GgufWriter gguf(Path folder) throws IOException {
        Tokenizer tokenizer = Tokenizer.load(write(folder));
        return GgufCopy.of(folder, true)
                .text("general.name", "Moonlet")
                .vocabulary(GgufTokens.of(tokenizer, 520))
                .u32("tokenizer.ggml.eos_token_id", 257)
                .u32("tokenizer.ggml.eot_token_id", 258);
    }

    /** Java kernels on one thread, so that tests need no C. */
    public static EngineOptions options(Path model) {
        return EngineOptions.of(model)
                .withKernels(EngineOptions.Kernels.standard()
                        .withChoice(KernelChoice.SCALAR)
                        .withThreads(1));
    }
}
