package dev.perigee.engine.chat;

/** Takes what a parser finds in a model's answer, in order. Pieces are never empty and never hold half a character. */
public interface AnswerSink {

    /** A piece of reasoning. */
    void reasoning(String text);

    /** A piece of the visible answer. */
    void text(String text);

    /** A tool call begins; {@code index} counts the calls of this answer from 0. */
    void toolCallStarted(int index, String id, String name);

    /** A piece of the arguments of the call with that index. */
    void toolCallArguments(int index, String json);
}
