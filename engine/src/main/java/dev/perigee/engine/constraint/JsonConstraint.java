package dev.perigee.engine.constraint;

/**
 * A schema made ready for one vocabulary.
 *
 * <p>Threads: any; immutable.
 */
public final class JsonConstraint {

    private final ValueRule rule;
    private final VocabularyTrie trie;
    private final ReachCache reaches;

    JsonConstraint(ValueRule rule, VocabularyTrie trie, ReachCache reaches) {
        this.rule = rule;
        this.trie = trie;
        this.reaches = reaches;
    }

    /** The state before a text's first token. */
    public ConstraintState start() {
        return new ConstraintState(rule, trie, reaches);
    }
}
