package dev.perigee.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StopConditionTests {

    @Test
    void stopTextIsCutOffHoweverTheTokensCutIt() {
        Random random = new Random(3);
        String text = "one two ENENDtwo three";
        for (int round = 0; round < 500; round++) {
            StopCondition stop = new StopCondition(Set.of(), List.of("END", "three", "xyz"));
            StringBuilder given = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(6));
                given.append(stop.accept(text.substring(at, end)));
                assertThat("one two EN").startsWith(given);
                at = end;
            }
            assertThat(stop.reached()).isTrue();
            assertThat(given + stop.release()).isEqualTo("one two EN");
        }
    }

    @Test
    void textThatOnlyBeginsAStopTextIsGivenOutInTheEnd() {
        StopCondition stop = new StopCondition(Set.of(), List.of("\n\nUser:"));
        assertThat(stop.accept("Hello\n")).isEqualTo("Hello");
        assertThat(stop.accept("\nUs")).isEmpty();
        assertThat(stop.accept("e it")).isEqualTo("\n\nUse it");
        assertThat(stop.accept("\n")).isEmpty();
        assertThat(stop.release()).isEqualTo("\n");
        assertThat(stop.reached()).isFalse();
    }

    @Test
    void stopTextThatIsCompleteFirstWins() {
        StopCondition whole = new StopCondition(Set.of(), List.of("abcX", "bc"));
        assertThat(whole.accept("1abcX")).isEqualTo("1a");
        StopCondition pieces = new StopCondition(Set.of(), List.of("abcX", "bc"));
        assertThat(pieces.accept("1ab") + pieces.accept("cX")).isEqualTo("1a");
    }

    @Test
    void tokensEndTheAnswerById() {
        StopCondition stop = new StopCondition(Set.of(7), List.of());
        assertThat(stop.endsAt(7)).isTrue();
        assertThat(stop.endsAt(8)).isFalse();
        assertThat(stop.accept("as it is")).isEqualTo("as it is");
    }

    @Test
    void stopTextsOutOfBoundsAreRefusedByPlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StopCondition(Set.of(), List.of("a", "")))
                .withMessageContaining("stop[1] has 0 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StopCondition(Set.of(), List.of("a".repeat(1025))))
                .withMessageContaining("stop[0] has 1025 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StopCondition(Set.of(), Collections.nCopies(17, "a")))
                .withMessageContaining("stop has 17 texts, at most 16");
    }
}
