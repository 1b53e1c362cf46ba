package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import java.util.ArrayList;
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
    private final List<SpecialToken> tokens;
    private final Map<String, SpecialToken> byText = new HashMap<>();

    private SpecialTokens(int base, List<SpecialToken> tokens) {
        this.base = base;
        this.tokens = List.copyOf(tokens);
        tokens.forEach(token -> byText.put(token.text(), token));
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
        return new SpecialTokens(base, tokens);
    }

    private static String nameOrReserved(@Nullable String name, int id) {
        return name == null ? "<|reserved_token_" + id + "|>" : name;
    }

    int end() {
        return base + tokens.size();
    }

    SpecialToken at(int id) {
        return tokens.get(id - base);
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
