package dev.perigee.engine.chat;

import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.IncrementalDetokenizer;
import dev.perigee.engine.tokenizer.Tokenizer;

/**
 * Takes the reasoning out of an answer and hands the rest on to a {@link ToolCallParser}.
 *
 * <p>Reasoning stands between the think tokens; tool calls begun inside it end it, as does the end of the answer. A think token
 * inside a tool call is dropped.
 */
public final class ReasoningParser implements AnswerParser {

    private final Tokenizer tokenizer;
    private final IncrementalDetokenizer detokenizer;
    private final AnswerSink sink;
    private final ToolCallParser rest;
    private final int thinkBegin;
    private final int thinkEnd;
    private final int sectionBegin;
    private boolean inside;
    private int reasoningTokens;

    /**
     * @param earlierCalls how many tool calls the conversation already holds
     * @param beginsInside whether the prompt already opened the reasoning
     */
    public ReasoningParser(Tokenizer tokenizer, AnswerSink sink, int earlierCalls, boolean beginsInside) {
        this.inside = beginsInside;
        this.tokenizer = tokenizer;
        this.detokenizer = new IncrementalDetokenizer(tokenizer);
        this.sink = sink;
        this.rest = new ToolCallParser(tokenizer, sink, earlierCalls);
        this.thinkBegin = tokenizer.idOf(ControlToken.THINK_BEGIN);
        this.thinkEnd = tokenizer.idOf(ControlToken.THINK_END);
        this.sectionBegin = tokenizer.idOf(ControlToken.TOOL_CALLS_BEGIN);
    }

    @Override
    public void accept(int id) {
        if (inside) {
            acceptInside(id);
        } else if (id != thinkBegin) {
            rest.accept(id);
        } else if (rest.inText()) {
            rest.finish();
            inside = true;
            reasoningTokens++;
        }
    }

    private void acceptInside(int id) {
        if (id == sectionBegin) {
            close();
            rest.accept(id);
            return;
        }
        reasoningTokens++;
        if (id == thinkEnd) {
            close();
        } else if (!tokenizer.isSpecial(id)) {
            emit(detokenizer.append(id));
        }
    }

    @Override
    public void finish() {
        close();
        rest.finish();
    }

    @Override
    public int reasoningTokens() {
        return reasoningTokens;
    }

    private void close() {
        emit(detokenizer.finish());
        inside = false;
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            sink.reasoning(text);
        }
    }
}
