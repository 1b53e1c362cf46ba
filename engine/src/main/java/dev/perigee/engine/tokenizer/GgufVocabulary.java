package dev.perigee.engine.tokenizer;

import dev.perigee.engine.weights.GgufMetadata;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the vocabulary that a GGUF file carries. A Kimi model's: its tokens of text in GPT-2's letters, then its control tokens; a DeepSeek model's
 * goes to {@link MergedVocabulary}.
 *
 * <p>Invariants: a Kimi token's id is its rank. The file's merges say the same a second time; they are read to hold the file to it.
 *
 * <p>Source: the keys {@code tokenizer.ggml.*} of the public Kimi K2 and Moonlight files.
 */
final class GgufVocabulary {

    private static final String KEY = "tokenizer.ggml.";
    private static final String TOKENS = KEY + "tokens";
    private static final String TYPES = KEY + "token_type";
    private static final String MERGES = KEY + "merges";
    private static final int NORMAL = 1;
    private static final int UNUSED = 5;
    private static final Pattern RESERVED = Pattern.compile("<\\|reserved_token_\\d+\\|>");

    private final GgufMetadata metadata;
    private final List<String> tokens;
    private final List<Integer> types;
    private final TextTokens text = new TextTokens();

    private GgufVocabulary(GgufMetadata metadata) {
        this.metadata = metadata;
        this.tokens = metadata.texts(TOKENS);
        this.types = metadata.integers(TYPES);
        if (types.size() != tokens.size()) {
            throw metadata.refused(TYPES + " has " + types.size() + " values, " + TOKENS + " has " + tokens.size());
        }
    }

    static Tokenizer read(GgufMetadata metadata) {
        metadata.require(KEY + "model", "gpt2");
        Optional<SplitStages> stages = metadata.findText(KEY + "pre").flatMap(SplitStages::ofGguf);
        if (stages.isPresent()) {
            return new GgufVocabulary(metadata).merged(stages.get());
        }
        metadata.require(KEY + "pre", "kimi-k2");
        return new GgufVocabulary(metadata).tokenizer();
    }

    /** DeepSeek's, whose control tokens stand anywhere. */
    private Tokenizer merged(SplitStages stages) {
        int end = end();
        BitSet control = new BitSet();
        for (int id = 0; id < end; id++) {
            control.set(id, types.get(id) != NORMAL);
        }
        List<Integer> start =
                metadata.flag(KEY + "add_bos_token", false) ? List.of(controlId("bos_token_id", control)) : List.of();
        Set<Integer> ends = metadata.has(KEY + "eos_token_id") ? Set.of(controlId("eos_token_id", control)) : Set.of();
        return new MergedVocabulary(
                        stages,
                        tokens.subList(0, end),
                        control,
                        metadata.texts(MERGES),
                        new Tokenizer.Frame(start, ends),
                        problem -> metadata.refused(KEY + "*: " + problem))
                .tokenizer();
    }

    private int controlId(String key, BitSet control) {
        int id = metadata.integer(KEY + key);
        if (id < 0 || !control.get(id)) {
            throw metadata.refused(KEY + key + " is " + id + ", which is no control token");
        }
        return id;
    }

    /** Rows behind the last token are none. */
    private int end() {
        int end = tokens.size();
        while (end > 0 && types.get(end - 1) == UNUSED) {
            end--;
        }
        return end;
    }

    private Tokenizer tokenizer() {
        readText();
        checkMerges();
        int end = end();
        return new Tokenizer(text, SpecialTokens.of(text.size(), end - text.size(), names(end)));
    }

    private void readText() {
        for (int id = 0; id < tokens.size() && types.get(id) == NORMAL; id++) {
            int rank = id;
            byte[] bytes = ByteLetters.read(tokens.get(id))
                    .filter(found -> found.length > 0)
                    .orElseThrow(() -> metadata.refused(token(rank) + " is not written in GPT-2's letters for bytes"));
            if (!text.add(bytes)) {
                throw metadata.refused(token(id) + " is there twice");
            }
        }
        text.missingByte().ifPresent(problem -> {
            throw metadata.refused(TOKENS + " " + problem);
        });
    }

    private void checkMerges() {
        int newest = -1;
        List<String> merges = metadata.texts(MERGES);
        for (int i = 0; i < merges.size(); i++) {
            int made = merged(i, merges.get(i));
            if (made <= newest) {
                throw metadata.refused(MERGES + "[" + i + "] makes token " + made + " after " + newest
                        + ", Kimi's merges are in the order of the tokens they make");
            }
            newest = made;
        }
    }

    private int merged(int number, String merge) {
        String[] parts = merge.split(" ", -1);
        if (parts.length != 2) {
            throw metadata.refused(MERGES + "[" + number + "] is no pair of tokens with a space between them");
        }
        requireKnown(number, parts[0]);
        requireKnown(number, parts[1]);
        return requireKnown(number, parts[0] + parts[1]);
    }

    private int requireKnown(int merge, String letters) {
        int rank = ByteLetters.read(letters).map(text::rank).orElse(-1);
        if (rank < 0) {
            throw metadata.refused(MERGES + "[" + merge + "] speaks of a text that is no token");
        }
        return rank;
    }

    /** Reserved places have no name of their own, so that K2's stand there as they do beside a tiktoken.model. */
    private Map<Integer, String> names(int end) {
        Map<Integer, String> names = new HashMap<>();
        Set<String> taken = new HashSet<>();
        for (int id = text.size(); id < end; id++) {
            if (types.get(id) == NORMAL) {
                throw metadata.refused(token(id) + " is text behind the first control token " + text.size());
            }
            String name = tokens.get(id);
            if (types.get(id) != UNUSED && !RESERVED.matcher(name).matches()) {
                if (name.isEmpty() || !taken.add(name)) {
                    throw metadata.refused(token(id) + " is a control token without a name of its own");
                }
                names.put(id, name);
            }
        }
        return names;
    }

    private static String token(int id) {
        return TOKENS + "[" + id + "]";
    }
}
