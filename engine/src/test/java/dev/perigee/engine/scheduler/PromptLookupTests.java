package dev.perigee.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromptLookupTests {

    @Test
    void guessIsWhatFollowedTheLatestPlaceThatAgrees() {
        int[] tokens = {1, 2, 3, 8, 9, 1, 2, 3, 4, 5, 6, 1, 2, 3, 0, 0};
        assertThat(PromptLookup.guess(tokens, 14, 2)).containsExactly(4, 5);
        assertThat(PromptLookup.guess(tokens, 14, 9)).containsExactly(4, 5, 6, 1, 2, 3);
        assertThat(PromptLookup.guess(tokens, 8, 9)).containsExactly(8, 9, 1, 2, 3);
    }

    @Test
    void guessOverlapsWhereTheTextRepeatsOneToken() {
        assertThat(PromptLookup.guess(new int[] {7, 7, 7, 7}, 4, 4)).containsExactly(7);
    }

    @Test
    void nothingAgreesInShortOrNewText() {
        assertThat(PromptLookup.guess(new int[] {1, 2, 3}, 3, 4)).isEmpty();
        assertThat(PromptLookup.guess(new int[] {1, 2}, 2, 4)).isEmpty();
        assertThat(PromptLookup.guess(new int[] {1, 2, 3, 4, 5, 9, 2, 3}, 8, 4)).isEmpty();
    }

    @Test
    void placesTooFarBackAreNotLookedAt() {
        int[] tokens = new int[PromptLookup.SEARCHED + 10];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i;
        }
        System.arraycopy(new int[] {1, 2, 3}, 0, tokens, tokens.length - 3, 3);
        assertThat(PromptLookup.guess(tokens, tokens.length, 2)).isEmpty();
        System.arraycopy(new int[] {90, 91, 92}, 0, tokens, tokens.length - 3, 3);
        assertThat(PromptLookup.guess(tokens, tokens.length, 2)).containsExactly(93, 94);
    }
}
