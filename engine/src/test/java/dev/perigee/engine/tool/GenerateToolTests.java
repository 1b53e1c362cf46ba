package dev.perigee.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.engine.TinyModel;
import dev.perigee.engine.generation.SamplingParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateToolTests {

    @TempDir
    static Path folder;

    @BeforeAll
    static void write() throws IOException {
        TinyModel.write(folder);
    }

    @Test
    void answerGoesToOneStreamAndFiguresToTheOther() throws InterruptedException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteArrayOutputStream figures = new ByteArrayOutputStream();
        run("Hello", answer, figures);
        assertThat(answer.toString(StandardCharsets.UTF_8)).endsWith("\n").hasSizeGreaterThan(2);
        assertThat(figures.toString(StandardCharsets.UTF_8).lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("load: [0-9.]+ s"),
                        line -> assertThat(line).matches("prefill: 5 tokens, [0-9.]+ s, [0-9.]+ tokens/s"),
                        line -> assertThat(line).matches("decode: \\d+ tokens, [0-9.]+ s, [0-9.]+ tokens/s"),
                        line -> assertThat(line).matches("peak memory: [0-9.]+ MiB"));
    }

    @Test
    void answerIsTheSameForTheSameSeed() throws InterruptedException {
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        ByteArrayOutputStream second = new ByteArrayOutputStream();
        run("Hello", first, new ByteArrayOutputStream());
        run("Hello", second, new ByteArrayOutputStream());
        assertThat(first.toByteArray()).isEqualTo(second.toByteArray());
    }

    @Test
    void promptThatIsTooLongIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("x".repeat(300), new ByteArrayOutputStream(), new ByteArrayOutputStream()))
                .withMessage("The prompt has 300 tokens, the model's context holds 256.");
    }

    private static void run(String prompt, ByteArrayOutputStream answer, ByteArrayOutputStream figures)
            throws InterruptedException {
        SamplingParameters sampling = new SamplingParameters(1.0, null, null, null, 1L);
        GenerateTool.run(
                new GenerateTool.Order(TinyModel.options(folder), prompt, true, 12, sampling),
                new PrintStream(answer, false, StandardCharsets.UTF_8),
                new PrintStream(figures, false, StandardCharsets.UTF_8));
    }
}
