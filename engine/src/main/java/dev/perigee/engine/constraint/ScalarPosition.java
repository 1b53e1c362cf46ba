package dev.perigee.engine.constraint;

import org.jspecify.annotations.Nullable;

/** Inside a value that holds no other. */
record ScalarPosition(Lexeme lexeme, int state, Position after) implements Position {

    /** Where a byte leads from a lexeme's state; one that is closed is left at once. */
    static void step(Lexeme lexeme, int state, int octet, Position after, Positions out) {
        int to = lexeme.next(state, octet);
        if (to != Lexeme.DEAD) {
            out.add(lexeme.closed(to) ? after : new ScalarPosition(lexeme, to, after));
        }
    }

    @Override
    public void step(int octet, Positions out) {
        step(lexeme, state, octet, after, out);
        if (lexeme.accepting(state)) {
            after.step(octet, out);
        }
    }

    @Override
    public boolean complete() {
        return lexeme.accepting(state) && after.complete();
    }

    @Override
    public @Nullable Lexeme wideLexeme() {
        return lexeme.wide() ? lexeme : null;
    }

    @Override
    public int lexemeState() {
        return state;
    }
}
