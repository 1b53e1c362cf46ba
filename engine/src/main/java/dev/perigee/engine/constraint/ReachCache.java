package dev.perigee.engine.constraint;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last reaches that were asked for, shared by all schemas of a vocabulary.
 *
 * <p>Threads: any.
 */
final class ReachCache {

    /** Of some 60 KiB each with K2's vocabulary. */
    private static final int MAX = 512;

    private final VocabularyTrie trie;
    private final Map<Object, LexemeReach> reaches = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, LexemeReach> eldest) {
            return size() > MAX;
        }
    };

    ReachCache(VocabularyTrie trie) {
        this.trie = trie;
    }

    LexemeReach of(Lexeme lexeme, int state) {
        Object key = lexeme.reachKey(state, trie.maxDepth());
        synchronized (reaches) {
            @Nullable LexemeReach known = reaches.get(key);
            if (known != null) {
                return known;
            }
        }
        LexemeReach reach = LexemeReach.of(trie, lexeme, state);
        synchronized (reaches) {
            reaches.put(key, reach);
        }
        return reach;
    }
}
