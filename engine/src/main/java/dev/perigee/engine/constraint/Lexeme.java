package dev.perigee.engine.constraint;

/**
 * The written form of a value that holds no other: an automaton over bytes. States are numbers of the lexeme's own.
 *
 * <p>Invariant: from every state that is not {@link #DEAD} the lexeme can be completed.
 *
 * <p>Threads: any; immutable.
 */
sealed interface Lexeme permits TextLexeme, TableLexeme {

    /** No state: the bytes can no longer become this lexeme. */
    int DEAD = -1;

    /** Where it begins, nothing written yet. */
    int start();

    /** Where a byte, 0 to 255, leads to. */
    int next(int state, int octet);

    /** Whether what is written is complete. */
    boolean accepting(int state);

    /** Whether it is complete and nothing more belongs to it. */
    boolean closed(int state);

    /**
     * Whether a large part of the vocabulary may go on here; such states are not walked anew each time. Wide lexemes are closed
     * wherever they are complete.
     */
    boolean wide();

    /** Equal for states in which tokens of at most {@code longest} bytes fare the same. */
    Object reachKey(int state, int longest);
}
