package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The 256 tokens behind the ranks: K2's names at K2's places, replaced by the names that tokenizer_config.json gives, the rest
 * reserved.
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
     * @param given names by id, as tokenizer_config.json gives them; they win over K2's
     */
    static SpecialTokens of(int base, Map<Integer, String> given) {
        String[] names = new String[COUNT];
        for (ControlToken token : ControlToken.values()) {
            if (!given.containsValue(token.text())) {
                names[token.offset()] = token.text();
            }
        }
        given.forEach((id, text) -> names[id - base] = text);
        List<SpecialToken> tokens = new ArrayList<>(COUNT);
        for (int i = 0; i < COUNT; i++) {
            tokens.add(new SpecialToken(base + i, nameOrReserved(names[i], base + i)));
        }
        return new SpecialTokens(base, tokens);
    }

    private static String nameOrReserved(@Nullable String name, int id) {
        return name == null ? "<|reserved_token_" + id + "|>" : name;
    }

    int end() {
        return base + COUNT;
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
                    "tokenizer_config.json",
                    "names no token " + token.text(),
                    "give a checkpoint whose tokenizer has Kimi K2's control tokens");
        }
        return found.id();
    }
}
