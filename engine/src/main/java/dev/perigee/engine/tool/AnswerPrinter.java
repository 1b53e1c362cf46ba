package dev.perigee.engine.tool;

import dev.perigee.engine.generation.GenerationEvent;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints an answer as it comes: reasoning between think marks, tool calls on lines of their own. */
final class AnswerPrinter {

    private final PrintStream out;
    private boolean reasoning;

    AnswerPrinter(PrintStream out) {
        this.out = out;
    }

    void print(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Started _ -> {}
            case GenerationEvent.ReasoningDelta delta -> {
                write(reasoning ? "" : "<think>");
                reasoning = true;
                write(delta.text());
            }
            case GenerationEvent.TextDelta delta -> {
                endReasoning();
                write(delta.text());
            }
            case GenerationEvent.ToolCallStarted call -> {
                endReasoning();
                write("\n" + call.id() + " ");
            }
            case GenerationEvent.ToolCallArgumentsDelta delta -> write(delta.json());
            case GenerationEvent.Finished _, GenerationEvent.Failed _, GenerationEvent.Refused _ -> {
                endReasoning();
                write("\n");
            }
        }
        out.flush();
    }

    private void endReasoning() {
        write(reasoning ? "</think>\n" : "");
        reasoning = false;
    }

    /** The answer is UTF-8, whatever the stream's own character set. */
    private void write(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
