package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.model.TransformerOptions;
import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.GgufCopy;
import dev.perigee.engine.testing.Poison;
import dev.perigee.engine.testing.TinyCheckpoint;
import dev.perigee.engine.tool.ConvertTool;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Model files with damage are refused in one line or computed; run by {@code SanitizerTests}, under which nothing outside a tensor may
 * be read either. A seed makes the same files again.
 */
class MutatedModels {

    private static final int MUTATIONS = Integer.getInteger("perigee.test.mutations", 100);
    private static final long SEED = Long.getLong("perigee.test.seed", 1);
    private static final int[] TOKENS = {1, 0, 5, 7};
    private static final int GAP = 256;

    @TempDir
    Path folder;

    private int refused;
    private int computed;

    /** A sound model, as small as its form lets it be. */
    enum Form {
        SAFETENSORS,
        GGUF_SPLIT,
        GGUF_JOINED,
        GGUF_Q8_0,
        GGUF_Q4_0,
        GGUF_Q4_K;

        /** Writes it; answers the file that will be damaged. */
        Path writeTo(Path folder) throws IOException {
            Path source = Files.createDirectories(folder.resolve("source"));
            boolean wide = this == GGUF_Q4_K;
            new TinyCheckpoint(3)
                    .with("hidden_size", wide ? "256" : "64")
                    .with("num_hidden_layers", "2")
                    .with("n_routed_experts", "4")
                    .with("vocab_size", "24")
                    .writeTo(source);
            return switch (this) {
                case SAFETENSORS -> source.resolve("model.safetensors");
                case GGUF_SPLIT, GGUF_JOINED ->
                    GgufCopy.of(source, this == GGUF_SPLIT).aligned(GAP).writeTo(folder.resolve("model.gguf"));
                case GGUF_Q8_0 -> converted(source, folder, ConvertTool.Format.Q8_0);
                case GGUF_Q4_0 -> converted(source, folder, ConvertTool.Format.Q4_0);
                case GGUF_Q4_K -> converted(source, folder, ConvertTool.Format.Q4_K);
            };
        }

        private static Path converted(Path source, Path folder, ConvertTool.Format format) {
            PrintStream silent = new PrintStream(OutputStream.nullOutputStream());
            Path target = folder.resolve("model.gguf");
            ConvertTool.convert(new ConvertTool.Order(source, target, format, 1), silent, silent);
            return target;
        }

        /** Bytes in front of the tensors. */
        int headerBytes(byte[] sound) {
            return this == SAFETENSORS ? 8 + (sound[0] & 0xFF | (sound[1] & 0xFF) << 8) : sound.length / 4;
        }
    }

    @ParameterizedTest
    @EnumSource
    void modelWhenMutatedIsRefusedOrComputed(Form form) throws IOException {
        Path file = form.writeTo(folder);
        Path model = form == Form.SAFETENSORS ? file.getParent() : file;
        byte[] sound = Files.readAllBytes(file);
        run(model);
        assertThat(computed).as("the sound model").isOne();
        for (int i = 0; i < MUTATIONS; i++) {
            long seed = SEED + i;
            Mutation mutation = new Mutation(new Random(seed), form.headerBytes(sound));
            Files.write(file, mutation.of(sound));
            try {
                run(model);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(form + ", seed " + seed + ": " + mutation, e);
            }
        }
        System.out.println(form + ": " + MUTATIONS + " mutations from seed " + SEED + ", " + refused + " refused, "
                + computed + " computed with the sound one");
        assertThat(refused).isBetween(1, MUTATIONS);
    }

    private void run(Path model) {
        try (Poison poison = new Poison()) {
            Checkpoint checkpoint = Checkpoint.open(model);
            poison.between(tensors(checkpoint));
            TransformerOptions options = new TransformerOptions(KernelOptions.of(KernelPreference.NATIVE), 4, 8);
            try (Transformer transformer = Transformer.load(checkpoint, options)) {
                if (transformer.vocabularySize() > TOKENS[3] && transformer.contextLength() >= TOKENS.length) {
                    Forward.logits(transformer, TOKENS, TOKENS.length, 1);
                }
                computed++;
                poison.close();
            }
        } catch (ModelLoadException e) {
            assertThat(e.getMessage()).doesNotContain("\n");
            refused++;
        }
    }

    private static List<MemorySegment> tensors(Checkpoint checkpoint) {
        return switch (checkpoint) {
            case SafetensorsCheckpoint safetensors ->
                safetensors.tensors().values().stream()
                        .map(tensor -> tensor.data())
                        .toList();
            case GgufCheckpoint gguf ->
                gguf.names().stream()
                        .flatMap(name -> Stream.ofNullable(gguf.find(name)))
                        .map(GgufFile.Stored::data)
                        .toList();
        };
    }
}
