package dev.perigee.engine.chat;

/**
 * Turns the ids of an answer into its parts, one by one.
 *
 * <p>Works on ids, before decoding: text that merely spells a control token is text.
 *
 * <p>Threads: one.
 */
public sealed interface AnswerParser permits PlainTextParser, ReasoningParser, ToolCallParser {

    /** Takes the next id; never an end-of-turn token. */
    void accept(int id);

    /** Ends the answer: what was held back is given out. */
    void finish();

    /** How many of the ids so far were reasoning, its two marks included. */
    default int reasoningTokens() {
        return 0;
    }
}
