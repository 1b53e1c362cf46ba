package dev.perigee.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchToolTests {

    @TempDir
    Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        new TinyCheckpoint(10).writeTo(folder);
    }

    private BenchTool.Order order(int prefill, int decode, List<Integer> depths, List<Integer> sequences) {
        EngineOptions options = EngineOptions.of(folder)
                .withKernels(EngineOptions.Kernels.standard().withThreads(1));
        return new BenchTool.Order(options, prefill, decode, depths, sequences, 2);
    }

    private static List<JsonNode> lines(BenchTool.Order order) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BenchTool.run(order, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    @Test
    void benchWhenAskedForAllPrintsAJsonLineForEachFigure() {
        List<JsonNode> lines = lines(order(20, 3, List.of(0, 70), List.of(1, 4)));
        assertThat(lines.stream().map(line -> line.get("measured").stringValue()))
                .containsExactly("load", "first_token", "prefill", "decode", "decode", "decode", "decode", "memory");
        assertThat(lines.get(1).get("interleaved_after_seconds").doubleValue())
                .isGreaterThanOrEqualTo(lines.get(1).get("seconds").doubleValue());
        assertThat(lines.subList(3, 7).stream()
                        .map(line -> List.of(
                                line.get("depth").intValue(),
                                line.get("sequences").intValue())))
                .containsExactly(List.of(0, 1), List.of(0, 4), List.of(70, 1), List.of(70, 4));
        for (JsonNode line : lines.subList(2, 7)) {
            assertThat(line.get("tokens_per_second").doubleValue()).isPositive();
        }
        for (JsonNode line : lines.subList(3, 7)) {
            double fastest = line.get("fastest_tenth_tokens_per_second").doubleValue();
            double tokens = 3.0 * line.get("sequences").intValue();
            assertThat(tokens / line.get("seconds").doubleValue()).isPositive().isLessThanOrEqualTo(fastest * 1.01);
        }
        assertThat(lines.getLast().get("peak_mebibytes").doubleValue()).isPositive();
    }

    @Test
    void benchWhenAFigureIsNotWantedLeavesItOut() {
        assertThat(lines(order(0, 0, List.of(0), List.of(1)))).hasSize(3);
    }

    @Test
    void benchWhenTheOrderPassesABoundIsRefusedByName() {
        assertThatThrownBy(() -> order(1, 1, List.of(0), List.of(0))).hasMessage("sequences is 0, at least 1");
        assertThatThrownBy(() -> order(1, 1, List.of(-1), List.of(1))).hasMessage("depth is -1, at least 0");
        assertThatThrownBy(() -> lines(order(1, 8, List.of(250), List.of(1))))
                .hasMessageContaining("takes 258 positions, the model's context holds 256");
    }
}
