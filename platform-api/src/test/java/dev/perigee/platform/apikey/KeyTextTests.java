package dev.perigee.platform.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTextTests {

    @Test
    void keyWhenMadeHasThePublishedFormAndReadsBack() {
        KeyText key = KeyText.next();

        assertThat(key.whole()).matches("pgk_[0-9A-Za-z]{50}");
        assertThat(KeyText.parse(key.whole())).contains(key);
        assertThat(key.prefix()).hasSize(16).isEqualTo(key.whole().substring(0, 16));
    }

    @Test
    void keysWhenManyAreMadeAreAllDifferent() {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            keys.add(KeyText.next().whole());
        }

        assertThat(keys).hasSize(1000);
    }

    @Test
    void keyWhenAnyCharacterIsAnotherIsNone() {
        String whole = KeyText.next().whole();
        for (int i = 0; i < whole.length(); i++) {
            char other = whole.charAt(i) == 'a' ? 'b' : 'a';
            assertThat(KeyText.parse(whole.substring(0, i) + other + whole.substring(i + 1)))
                    .as("character " + i)
                    .isEmpty();
        }
    }

    @Test
    void textWhenOfAnotherFormIsNone() {
        String whole = KeyText.next().whole();

        for (String text : new String[] {
            "", "pgk_", whole + "0", whole.substring(1), " " + whole, whole + "\n", "x".repeat(1_000_000)
        }) {
            assertThat(KeyText.parse(text)).isEmpty();
        }
    }

    @Test
    void secretWhenPrintedShowsNothing() {
        KeyText key = KeyText.next();

        assertThat(new ApiKeySecret(key.whole()).toString()).isEqualTo("ApiKeySecret[hidden]");
        assertThat(key.toString()).doesNotContain(key.whole().substring(16));
    }
}
