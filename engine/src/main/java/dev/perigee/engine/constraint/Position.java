package dev.perigee.engine.constraint;

import org.jspecify.annotations.Nullable;

/**
 * A place in a value that is being written; what encloses it is the place behind it. Immutable.
 *
 * <p>Invariant: from every position the whole value can be completed.
 */
sealed interface Position
        permits ExpectedPosition,
                ScalarPosition,
                ObjectPosition,
                KeyPosition,
                MemberPosition,
                ArrayPosition,
                EndPosition {

    /** Adds where a byte, 0 to 255, leads to; nothing where it cannot stand here. */
    void step(int octet, Positions out);

    /** Whether the whole text may end here. */
    default boolean complete() {
        return false;
    }

    /** The wide lexeme in which tokens may go on here, where there is one. */
    default @Nullable Lexeme wideLexeme() {
        return null;
    }

    /** Its state; meaningful only with a lexeme. */
    default int lexemeState() {
        return Lexeme.DEAD;
    }
}
