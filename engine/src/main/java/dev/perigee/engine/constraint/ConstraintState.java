package dev.perigee.engine.constraint;

import org.jspecify.annotations.Nullable;

/**
 * How far a text has come on its way to a value that obeys a schema.
 *
 * <p>Invariant: some token is allowed, or the text may end.
 *
 * <p>Threads: one.
 */
public final class ConstraintState {

    private final ReachCache reaches;
    private final VocabularyTrie trie;
    private final @Nullable Positions[] path;
    private final Positions narrow = new Positions();
    private final Positions single = new Positions();
    private Positions now = new Positions();
    private Positions spare = new Positions();

    ConstraintState(ValueRule rule, VocabularyTrie trie, ReachCache reaches) {
        this(trie, reaches);
        now.add(new ExpectedPosition(rule, new EndPosition()));
    }

    private ConstraintState(VocabularyTrie trie, ReachCache reaches) {
        this.trie = trie;
        this.reaches = reaches;
        this.path = new @Nullable Positions[trie.maxDepth() + 1];
    }

    /** Another state as far on its way as this one. */
    ConstraintState fork() {
        ConstraintState fork = new ConstraintState(trie, reaches);
        copy(now, fork.now);
        return fork;
    }

    private static void copy(Positions from, Positions to) {
        for (int i = 0; i < from.size(); i++) {
            to.add(from.get(i));
        }
    }

    /** Sets the mask to the text tokens that may come next. */
    public void allowed(TokenMask mask) {
        mask.clear();
        narrow.clear();
        for (int i = 0; i < now.size(); i++) {
            Position position = now.get(i);
            @Nullable Lexeme wide = position.wideLexeme();
            if (wide == null) {
                narrow.add(position);
            } else {
                LexemeReach reach = reaches.of(wide, position.lexemeState());
                mask.allowAll(reach.inside());
                single.clear();
                single.add(position);
                walk(reach.crossing(), single, mask);
            }
        }
        if (!narrow.isEmpty()) {
            walk(trie, narrow, mask);
        }
    }

    private void walk(VocabularyTrie tokens, Positions from, TokenMask mask) {
        path[0] = from;
        int node = 0;
        while (node < tokens.nodes()) {
            int depth = tokens.depth(node);
            Positions to = at(depth);
            to.clear();
            at(depth - 1).step(tokens.octet(node), to);
            if (to.isEmpty()) {
                node = tokens.end(node);
            } else {
                int token = tokens.token(node);
                if (token >= 0) {
                    mask.allow(token);
                }
                node++;
            }
        }
    }

    private Positions at(int depth) {
        @Nullable Positions positions = path[depth];
        if (positions == null) {
            positions = new Positions();
            path[depth] = positions;
        }
        return positions;
    }

    /**
     * Takes the token that came.
     *
     * @throws IllegalArgumentException where it could not come; the state is then as before
     */
    public void accept(int tokenId) {
        if (tokenId < 0 || tokenId >= trie.tokens()) {
            throw new IllegalArgumentException("token id is " + tokenId + ", which is not text");
        }
        Positions from = new Positions();
        copy(now, from);
        for (byte octet : trie.bytes(tokenId)) {
            spare.clear();
            from.step(Byte.toUnsignedInt(octet), spare);
            Positions stepped = spare;
            spare = from;
            from = stepped;
        }
        if (from.isEmpty()) {
            spare = new Positions();
            throw new IllegalArgumentException("token " + tokenId + " does not lead to a value that obeys the schema");
        }
        now = from;
    }

    /** Whether the value is complete. */
    public boolean mayEnd() {
        return now.complete();
    }
}
