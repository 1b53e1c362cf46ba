package dev.perigee.engine.constraint;

import java.util.Arrays;

/**
 * What a vocabulary's tokens do from a state of a wide lexeme, whatever encloses it: these stay inside, those close it and go on
 * behind it, which only the place itself can judge.
 *
 * @param inside a bit for each token that stays inside
 * @param crossing a trie of those that close it
 */
record LexemeReach(long[] inside, VocabularyTrie crossing) {

    static LexemeReach of(VocabularyTrie trie, Lexeme lexeme, int state) {
        long[] inside = new long[(trie.tokens() + Long.SIZE - 1) / Long.SIZE];
        int[] crossing = new int[1024];
        int crossings = 0;
        int[] states = new int[trie.maxDepth() + 1];
        states[0] = state;
        int node = 0;
        while (node < trie.nodes()) {
            int depth = trie.depth(node);
            int to = lexeme.next(states[depth - 1], trie.octet(node));
            if (to == Lexeme.DEAD) {
                node = trie.end(node);
            } else if (lexeme.accepting(to)) {
                for (int at = node; at < trie.end(node); at++) {
                    if (trie.token(at) >= 0) {
                        crossing = crossings == crossing.length ? Arrays.copyOf(crossing, 2 * crossings) : crossing;
                        crossing[crossings++] = trie.token(at);
                    }
                }
                node = trie.end(node);
            } else {
                states[depth] = to;
                int token = trie.token(node);
                if (token >= 0) {
                    inside[token >> 6] |= 1L << token;
                }
                node++;
            }
        }
        return new LexemeReach(inside, trie.only(Arrays.copyOf(crossing, crossings)));
    }
}
