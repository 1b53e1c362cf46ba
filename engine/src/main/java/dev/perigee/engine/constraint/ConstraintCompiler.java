package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes constraints of schemas for one vocabulary, and keeps the last ones by their schemas' digests.
 *
 * <p>Threads: any.
 */
public final class ConstraintCompiler {

    private static final int MAX_KEPT = 64;

    private final VocabularyTrie trie;
    private final ReachCache reaches;
    private final Map<String, JsonConstraint> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, JsonConstraint> eldest) {
            return size() > MAX_KEPT;
        }
    };

    public ConstraintCompiler(Tokenizer tokenizer) {
        this.trie = VocabularyTrie.of(tokenizer);
        this.reaches = new ReachCache(trie);
        reaches.of(TextLexeme.ANY, TextBytes.BETWEEN);
        reaches.of(TextLexeme.KEY, TextBytes.BETWEEN);
    }

    /**
     * The constraint of this schema.
     *
     * @param schema JSON text
     * @throws SchemaRefusedException where it cannot be enforced
     */
    public JsonConstraint compile(String schema) {
        String digest = digest(schema);
        synchronized (kept) {
            @Nullable JsonConstraint known = kept.get(digest);
            if (known != null) {
                return known;
            }
        }
        JsonConstraint constraint = new JsonConstraint(RuleCompiler.compile(schema), trie, reaches);
        synchronized (kept) {
            kept.put(digest, constraint);
        }
        return constraint;
    }

    private static String digest(String schema) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(schema.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
