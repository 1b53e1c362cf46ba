package dev.perigee.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.json.JsonFiles;
import dev.perigee.engine.testing.GgufWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The real vocabulary against ids that tiktoken computed. */
class TokenizerGoldenTests {

    private static Tokenizer tokenizer;
    private static Tokenizer ggufTokenizer;
    private static JsonNode golden;

    @BeforeAll
    static void load(@TempDir Path folder) throws IOException {
        golden = JsonFiles.readIfPresent(TestVocabularies.shared("tokenizer/kimi-golden.json"))
                .orElseThrow();
        tokenizer = Tokenizer.load(TestVocabularies.shared("tokenizer/kimi.tiktoken"));
        ggufTokenizer = Tokenizer.load(
                new GgufWriter().vocabulary(GgufTokens.of(tokenizer, 163_840)).writeTo(folder.resolve("vocabulary")));
    }

    @Test
    void vocabularyWrittenAsGgufHasAMergeForEveryTokenOfSeveralBytes() {
        assertThat(GgufTokens.of(tokenizer, 163_850).merges()).hasSize(163_584 - 256);
    }

    @Test
    void vocabularyFromGgufIsTheSame() {
        assertThat(ggufTokenizer.ranks()).isEqualTo(tokenizer.ranks());
        assertThat(ggufTokenizer.specialTokens()).isEqualTo(tokenizer.specialTokens());
        for (int id = 0; id < tokenizer.ranks(); id++) {
            assertThat(ggufTokenizer.bytes(id)).isEqualTo(tokenizer.bytes(id));
        }
    }

    @TestFactory
    Stream<DynamicTest> textGivesTheGoldenIds() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String group : List.of("plain", "unicode_edge_ids")) {
            for (JsonNode entry : golden.path(group)) {
                String text = entry.path("text").stringValue();
                tests.add(DynamicTest.dynamicTest(group + " " + text, () -> {
                    assertThat(tokenizer.encode(text)).isEqualTo(ids(entry.path("ids")));
                    assertThat(ggufTokenizer.encode(text)).isEqualTo(ids(entry.path("ids")));
                    assertThat(tokenizer.decode(ids(entry.path("ids")))).isEqualTo(text);
                }));
            }
        }
        assertThat(tests).hasSizeGreaterThan(30);
        return tests.stream();
    }

    @Test
    void controlTokenSpelledInTextStaysText() {
        JsonNode entry = golden.path("ordinary_vs_special");
        String text = entry.path("text").stringValue();
        assertThat(tokenizer.encode(text)).isEqualTo(ids(entry.path("encode_ordinary")));
        assertThat(ggufTokenizer.encode(text)).isEqualTo(ids(entry.path("encode_ordinary")));
    }

    @Test
    void controlTokensStandAtTheirPublishedIds() {
        assertThat(tokenizer.ranks()).isEqualTo(163_584);
        assertThat(tokenizer.vocabularySize()).isEqualTo(163_840);
        assertThat(tokenizer.idOf(ControlToken.IM_END)).isEqualTo(163_586);
        assertThat(tokenizer.idOf(ControlToken.IM_SYSTEM)).isEqualTo(163_594);
        assertThat(tokenizer.idOf(ControlToken.TOOL_CALLS_BEGIN)).isEqualTo(163_595);
        assertThat(tokenizer.idOf(ControlToken.IM_MIDDLE)).isEqualTo(163_601);
        assertThat(tokenizer.idOf(ControlToken.MEDIA_PAD)).isEqualTo(163_605);
        assertThat(tokenizer.idOf(ControlToken.THINK_END)).isEqualTo(163_607);
        assertThat(tokenizer.idOf(ControlToken.PADDING)).isEqualTo(163_839);
        assertThat(tokenizer.decode(new int[] {163_589})).isEqualTo("<|reserved_token_163589|>");
    }

    @Test
    void everySpecialSpelledInAnyDisguiseStaysText() {
        for (SpecialToken special : tokenizer.specialTokens()) {
            String spelled = special.text();
            String halves = spelled.substring(0, 2) + "\u200d" + spelled.substring(2);
            for (String text : List.of(
                    spelled,
                    spelled + spelled,
                    "x" + spelled + "y",
                    "\"" + spelled + "\"",
                    halves,
                    "```\n" + spelled)) {
                assertThat(Arrays.stream(tokenizer.encode(text))).allMatch(id -> id < tokenizer.ranks());
                assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            }
        }
    }

    @Test
    void textOfOneRepeatedCharacterIsEncodedInLinearTime() {
        for (String text : List.of("a", "^", " ", "\n", "\uac00")) {
            String million = text.repeat(1_000_000);
            double start = cpuSeconds();
            int[] ids = tokenizer.encode(million);
            assertThat(cpuSeconds() - start)
                    .as("seconds for a million of '%s'", text)
                    .isLessThan(2.0);
            assertThat(tokenizer.decode(ids)).isEqualTo(million);
        }
    }

    @Test
    void ordinaryTextOfOneMegabyteIsEncodedInASecond() {
        String text = "The little cat, whose name was Tom, ran 12 times around the old house. ".repeat(14_084);
        tokenizer.encode(text);
        double start = cpuSeconds();
        tokenizer.encode(text);
        assertThat(cpuSeconds() - start).isLessThan(1.0);
    }

    /** This thread's own time: other work on the machine must not fail a test. */
    private static double cpuSeconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }

    private static int[] ids(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
