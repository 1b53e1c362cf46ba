package dev.perigee.platform.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ServerKeyTests {

    private final ServerKey key = new ServerKey("0123456789abcdef0123456789abcdef");

    @Test
    void hashWhenOfTheSamePartsIsTheSame() {
        assertThat(key.hash(HashPurpose.END_USER, "a", "b"))
                .hasSize(32)
                .isEqualTo(new ServerKey("0123456789abcdef0123456789abcdef").hash(HashPurpose.END_USER, "a", "b"));
    }

    @Test
    void hashWhenPartsPurposeOrKeyDifferIsAnother() {
        byte[] hash = key.hash(HashPurpose.END_USER, "a", "b");

        assertThat(key.hash(HashPurpose.END_USER, "ab", "")).isNotEqualTo(hash);
        assertThat(key.hash(HashPurpose.END_USER, "ab")).isNotEqualTo(hash);
        assertThat(key.hash(HashPurpose.API_KEY, "a", "b")).isNotEqualTo(hash);
        assertThat(new ServerKey("0123456789abcdef0123456789abcdeF").hash(HashPurpose.END_USER, "a", "b"))
                .isNotEqualTo(hash);
    }

    @Test
    void keyWhenShortIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServerKey("short"))
                .withMessage("the server key has 5 characters, must have at least 32");
    }

    @Test
    void keyWhenPrintedShowsNothing() {
        assertThat(key.toString()).isEqualTo("ServerKey[hidden]");
    }
}
