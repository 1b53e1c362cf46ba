package dev.perigee.engine.scheduler;

import dev.perigee.engine.chat.CalledTool;
import dev.perigee.engine.constraint.TokenMask;
import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.List;

/**
 * Makes an answer call tools: at least once, none but those named, each under the id that the conversation counts on to.
 *
 * <p>Threads: the engine's thread only.
 */
public final class ForcedCalls {

    private final Tokenizer tokenizer;
    private final List<String> names;
    private int index;
    private List<int[]> ids = List.of();
    private int written;
    private boolean made;

    /**
     * @param names the tools that may be called; at least one
     * @param firstIndex how many calls the conversation already holds
     */
    public ForcedCalls(Tokenizer tokenizer, List<String> names, int firstIndex) {
        this.tokenizer = tokenizer;
        this.names = List.copyOf(names);
        this.index = firstIndex;
    }

    /** Between calls: another one, and after the first the end of them. */
    void allowBetween(TokenMask mask) {
        mask.allow(tokenizer.idOf(ControlToken.TOOL_CALL_BEGIN));
        if (made) {
            mask.allow(tokenizer.idOf(ControlToken.TOOL_CALLS_END));
        }
    }

    /** Within an id: what goes on with one of the tools' ids, and behind a whole one the arguments. */
    void allowId(TokenMask mask) {
        for (int[] id : ids) {
            mask.allow(written < id.length ? id[written] : tokenizer.idOf(ControlToken.TOOL_CALL_ARGUMENT_BEGIN));
        }
    }

    void beginId() {
        ids = names.stream()
                .map(name -> tokenizer.encode(CalledTool.id(name, index)))
                .toList();
        written = 0;
    }

    void drawnInId(int id) {
        ids = ids.stream()
                .filter(wanted -> written < wanted.length && wanted[written] == id)
                .toList();
        written++;
    }

    void ended() {
        made = true;
        index++;
    }
}
