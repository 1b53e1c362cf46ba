package dev.perigee.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LongTextCutsTests {

    @Test
    void runWhenLongerThan25000IsCut() {
        assertThat(lengths("a".repeat(25_000))).containsExactly(25_000);
        assertThat(lengths("a".repeat(25_001))).containsExactly(25_000, 1);
        assertThat(lengths(" ".repeat(50_001))).containsExactly(25_000, 25_000, 1);
    }

    @Test
    void runWhenBrokenByAnotherKindStartsAgain() {
        assertThat(lengths("a".repeat(20_000) + "\u001c" + "b".repeat(25_001))).containsExactly(45_001, 1);
    }

    @Test
    void textWhenLongerThan400000IsCutInSlices() {
        assertThat(lengths("ab ".repeat(133_334))).containsExactly(400_000, 2);
        assertThat(lengths("ab ".repeat(266_667))).containsExactly(400_000, 400_000, 1);
    }

    @Test
    void charactersBeyondTheBasicPlaneCountOnce() {
        List<String> parts = LongTextCuts.of("\ud83d\ude00".repeat(25_001));
        assertThat(parts)
                .extracting(part -> part.codePointCount(0, part.length()))
                .containsExactly(25_000, 1);
    }

    @Test
    void partsJoinedAreTheText() {
        String text = "x".repeat(30_000) + " \n" + "y z".repeat(200_000);
        assertThat(String.join("", LongTextCuts.of(text))).isEqualTo(text);
    }

    private static List<Integer> lengths(String text) {
        return LongTextCuts.of(text).stream().map(String::length).toList();
    }
}
