package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.ReferenceTransformer;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformerTests {

    private static final int[] TOKENS = new Random(7).ints(90, 0, 320).toArray();

    @TempDir
    Path folder;

    static Transformer scalar(Path folder, int maxStepTokens) {
        return Transformer.load(
                folder, new TransformerOptions(KernelOptions.of(KernelPreference.SCALAR), maxStepTokens, 0));
    }

    private void logitsEqualReference(TinyCheckpoint checkpoint) throws IOException {
        checkpoint.writeTo(folder);
        try (ReferenceTransformer reference = new ReferenceTransformer(folder);
                Transformer transformer = scalar(folder, 128)) {
            double[][] wanted = reference.logits(TOKENS);
            float[][] found = Forward.logits(transformer, TOKENS, 64);
            for (int t = 0; t < TOKENS.length; t++) {
                for (int i = 0; i < wanted[t].length; i++) {
                    assertThat(found[t][i]).as("position %d, id %d", t, i).isCloseTo((float) wanted[t][i], within(2e-4f));
                }
            }
        }
    }

    @Test
    void logitsWhenModelIsKimiK2EqualExpandedReference() throws IOException {
        logitsEqualReference(new TinyCheckpoint(1));
    }

    @Test
    void logitsWhenQueryIsNotCompressedEqualExpandedReference() throws IOException {
        logitsEqualReference(new TinyCheckpoint(2).with("q_lora_rank", "null").with("rope_scaling", "null"));
    }

    @Test
    void logitsWhenExpertsFormGroupsEqualExpandedReference() throws IOException {
        logitsEqualReference(new TinyCheckpoint(3)
                .with("n_group", "4")
                .with("topk_group", "2")
                .with("n_shared_experts", "2")
                .withPlainExperts());
    }
}
