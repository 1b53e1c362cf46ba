package dev.perigee.engine.chat;

import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.IncrementalDetokenizer;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds text and tool calls in an answer.
 *
 * <p>A call is announced as soon as its id is complete; its arguments follow piece by piece, not checked. A call whose id names no
 * function is given out as text, id and arguments, so that nothing the model wrote is lost and nothing is run by mistake. Marks out
 * of place are dropped; what is left open at the end counts as closed.
 *
 * <p>The id given out is the model's own where it has the form {@code functions.NAME:IDX} and is new in this answer, otherwise one
 * of that form that counts on from the conversation's calls.
 */
public final class ToolCallParser implements AnswerParser {

    private enum State {
        TEXT,
        BETWEEN_CALLS,
        ID,
        ARGUMENTS,
        NAMELESS_CALL
    }

    private final Tokenizer tokenizer;
    private final IncrementalDetokenizer detokenizer;
    private final AnswerSink sink;
    private final ToolMarks marks;
    private final int earlierCalls;
    private final Set<String> idsGiven = new HashSet<>();
    private final StringBuilder held = new StringBuilder();
    private State state = State.TEXT;
    private int calls;

    /** @param earlierCalls how many calls the conversation already holds */
    public ToolCallParser(Tokenizer tokenizer, AnswerSink sink, int earlierCalls) {
        this.tokenizer = tokenizer;
        this.detokenizer = new IncrementalDetokenizer(tokenizer);
        this.sink = sink;
        this.marks = ToolMarks.of(tokenizer);
        this.earlierCalls = earlierCalls;
    }

    /** Whether the answer stands in visible text, not in a call. */
    boolean inText() {
        return state == State.TEXT;
    }

    @Override
    public void accept(int id) {
        if (!tokenizer.isSpecial(id)) {
            piece(detokenizer.append(id));
        } else if (id == marks.sectionBegin()) {
            move(state == State.TEXT ? State.BETWEEN_CALLS : state);
        } else if (id == marks.callBegin()) {
            move(State.ID);
        } else if (id == marks.argumentBegin() && state == State.ID) {
            beginArguments();
        } else if (id == marks.callEnd() && state != State.TEXT) {
            move(State.BETWEEN_CALLS);
        } else if (id == marks.sectionEnd()) {
            move(State.TEXT);
        }
    }

    @Override
    public void finish() {
        move(State.TEXT);
    }

    private void move(State next) {
        piece(detokenizer.finish());
        releaseHeld();
        state = next;
    }

    private void piece(String text) {
        if (text.isEmpty()) {
            return;
        }
        switch (state) {
            case TEXT, NAMELESS_CALL -> sink.text(text);
            case BETWEEN_CALLS, ID -> held.append(text);
            case ARGUMENTS -> sink.toolCallArguments(calls - 1, text);
        }
    }

    /** An id without arguments, or words between calls; the white space that models write there is nothing. */
    private void releaseHeld() {
        String text = held.toString();
        held.setLength(0);
        if (!text.isBlank()) {
            sink.text(text);
        }
    }

    private void beginArguments() {
        piece(detokenizer.finish());
        Optional<ToolCallId> id = ToolCallId.parse(held.toString());
        if (id.isEmpty()) {
            releaseHeld();
            state = State.NAMELESS_CALL;
            return;
        }
        held.setLength(0);
        state = State.ARGUMENTS;
        sink.toolCallStarted(calls, unique(id.get()), id.get().name());
        calls++;
    }

    private String unique(ToolCallId written) {
        if (written.index() >= 0 && idsGiven.add(written.toString())) {
            return written.toString();
        }
        ToolCallId own = new ToolCallId(written.name(), earlierCalls + calls);
        while (!idsGiven.add(own.toString())) {
            own = new ToolCallId(own.name(), own.index() + 1);
        }
        return own.toString();
    }

    /** The ids of the five marks. */
    private record ToolMarks(int sectionBegin, int sectionEnd, int callBegin, int argumentBegin, int callEnd) {

        static ToolMarks of(Tokenizer tokenizer) {
            return new ToolMarks(
                    tokenizer.idOf(ControlToken.TOOL_CALLS_BEGIN),
                    tokenizer.idOf(ControlToken.TOOL_CALLS_END),
                    tokenizer.idOf(ControlToken.TOOL_CALL_BEGIN),
                    tokenizer.idOf(ControlToken.TOOL_CALL_ARGUMENT_BEGIN),
                    tokenizer.idOf(ControlToken.TOOL_CALL_END));
        }
    }
}
