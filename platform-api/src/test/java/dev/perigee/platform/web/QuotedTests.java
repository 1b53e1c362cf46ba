package dev.perigee.platform.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuotedTests {

    @Test
    void textWhenPlainIsQuoted() {
        assertThat(Quoted.text("Europe/Oslo")).isEqualTo("\"Europe/Oslo\"");
    }

    @Test
    void textWhenLongIsCut() {
        assertThat(Quoted.text("x".repeat(1_000_000))).isEqualTo("\"" + "x".repeat(80) + "…\"");
    }

    @Test
    void textWhenItHoldsControlsOrDirectionMarksShowsThem() {
        assertThat(Quoted.text("a\r\n\u001b[31m\u202eb")).isEqualTo("\"a\\u000d\\u000a\\u001b[31m\\u202eb\"");
    }
}
