package dev.perigee.engine.chat;

import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * Writes a prompt as token ids: control tokens come from the template only, text is always encoded as ordinary text.
 *
 * <p>Invariant: the control tokens in the result are exactly those placed by {@link #control}, in order.
 */
final class PromptWriter {

    private final Tokenizer tokenizer;
    private int[] ids = new int[256];
    private int size;

    PromptWriter(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    PromptWriter control(ControlToken token) {
        add(tokenizer.idOf(token));
        return this;
    }

    PromptWriter text(String text) {
        for (int id : tokenizer.encode(text)) {
            if (tokenizer.isSpecial(id)) {
                throw new AssertionError("text was encoded as control token " + id);
            }
            add(id);
        }
        return this;
    }

    /** A turn's beginning: who speaks, and under which name. */
    PromptWriter open(ControlToken speaker, String name) {
        return control(speaker).text(name).control(ControlToken.IM_MIDDLE);
    }

    PromptWriter close() {
        return control(ControlToken.IM_END);
    }

    int[] ids() {
        return Arrays.copyOf(ids, size);
    }

    private void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }
}
