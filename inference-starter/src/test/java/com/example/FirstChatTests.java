package com.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Runs the documentation's example with the bundled model. */
@ExtendWith(OutputCaptureExtension.class)
class FirstChatTests {

    @TempDir
    private Path data;

    @Test
    void exampleWhenRunTellsAStoryAndUsesItsTool(CapturedOutput output) {
        String[] arguments = {
            "--perigee.data-dir=" + data, "--perigee.chat.temperature=0", "--perigee.chat.max-tokens=250"
        };
        SpringApplication.run(FirstChat.class, arguments).close();
        assertThat(output).contains("Moonlet", "cat", "(looking at the sky over Oslo)");
    }

    @Test
    void exampleWhenShownHasAtMostFortyLines() throws IOException {
        assertThat(Files.readAllLines(Path.of("../src/docs/examples/com/example/FirstChat.java")))
                .hasSizeLessThanOrEqualTo(40);
    }
}
