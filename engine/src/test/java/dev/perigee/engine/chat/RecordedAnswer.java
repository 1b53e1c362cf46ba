package dev.perigee.engine.chat;

import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Feeds a parser from words and control tokens, and writes down what it finds, joined where pieces belong together. */
final class RecordedAnswer implements AnswerSink {

    private final List<String> parts = new ArrayList<>();

    static void feed(AnswerParser parser, Tokenizer tokenizer, Object... pieces) {
        for (Object piece : pieces) {
            switch (piece) {
                case ControlToken token -> parser.accept(tokenizer.idOf(token));
                case String text -> {
                    for (int id : tokenizer.encode(text)) {
                        parser.accept(id);
                    }
                }
                default -> throw new IllegalArgumentException(piece.toString());
            }
        }
    }

    List<String> parts() {
        return parts;
    }

    @Override
    public void reasoning(String text) {
        join("reasoning ", text);
    }

    @Override
    public void text(String text) {
        join("text ", text);
    }

    @Override
    public void toolCallStarted(int index, String id, String name) {
        parts.add("call " + index + " " + id + " " + name);
    }

    @Override
    public void toolCallArguments(int index, String json) {
        join("arguments " + index + " ", json);
    }

    private void join(String label, String text) {
        if (!parts.isEmpty() && parts.getLast().startsWith(label)) {
            parts.add(parts.removeLast() + text);
        } else {
            parts.add(label + text);
        }
    }
}
