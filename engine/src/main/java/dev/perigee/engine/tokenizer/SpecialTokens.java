package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens behind the ranks, 256 in Kimi's vocabularies: K2's names at K2's places, replaced by the names that the model's files
 * give, the rest reserved.
 */
final class SpecialTokens {

    static final int COUNT = 256;

    private final int base;
    private final int end;
    private final List<SpecialToken> tokens;
    private final Map<String, SpecialToken> byText = new HashMap<>();
    private final BitSet ids = new BitSet();

    private SpecialTokens(int base, int end, List<SpecialToken> tokens) {
        this.base = base;
        this.end = end;
        this.tokens = List.copyOf(tokens);
        tokens.forEach(token -> byText.put(token.text(), token));
        tokens.forEach(token -> ids.set(token.id()));
    }

    /** These tokens of a vocabulary that ends before {@code end}, wherever they stand. */
    static SpecialTokens of(List<SpecialToken> tokens, int end) {
        int base = end;
        for (int i = tokens.size() - 1; i >= 0 && tokens.get(i).id() == base - 1; i--) {
            base--;
        }
        return new SpecialTokens(base, end, tokens);
    }

    /**
     * @param base how many ranks there are
     * @param count how many tokens there are behind them
     * @param given names by id, as the model's files give them; they win over K2's
     */
    static SpecialTokens of(int base, int count, Map<Integer, String> given) {
        String[] names = new String[count];
        for (ControlToken token : ControlToken.values()) {
            if (token.offset() < count && !given.containsValue(token.text())) {
                names[token.offset()] = token.text();
            }
        }
        given.forEach((id, text) -> names[id - base] = text);
        List<SpecialToken> tokens = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tokens.add(new SpecialToken(base + i, nameOrReserved(names[i], base + i)));
        }
        return new SpecialTokens(base, base + count, tokens);
    }

    private static String nameOrReserved(@Nullable String name, int id) {
        return name == null ? "<|reserved_token_" + id + "|>" : name;
    }

    /** Where the last run of them begins. */
    int base() {
        return base;
    }

    int end() {
        return end;
    }

    boolean holds(int id) {
        return id >= 0 && ids.get(id);
    }

    List<SpecialToken> all() {
        return tokens;
    }

    int idOf(ControlToken token) {
        @Nullable SpecialToken found = byText.get(token.text());
        if (found == null) {
            throw new ModelLoadException(
                    "the tokenizer",
                    "has no token " + token.text(),
                    "give a checkpoint whose tokenizer has Kimi K2's control tokens");
        }
        return found.id();
    }
}
