package dev.perigee.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary as GGUF files write it, in the order of ids.
 *
 * @param tokens text in GPT-2's letters, control tokens as they are spelled, {@code [PADn]} for rows that are no token
 * @param types 1 for text, 3 for control tokens, 5 for rows that are no token
 * @param merges for each token of more than one byte the two tokens it is merged from last
 */
public record GgufTokens(List<String> tokens, List<Integer> types, List<String> merges) {

    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int UNUSED = 5;

    public GgufTokens {
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        merges = List.copyOf(merges);
    }

    /** This vocabulary, filled up to the rows of the embedding. */
    public static GgufTokens of(Tokenizer tokenizer, int rows) {
        List<String> tokens = new ArrayList<>(rows);
        List<Integer> types = new ArrayList<>(rows);
        for (int id = 0; id < tokenizer.ranks(); id++) {
            tokens.add(ByteLetters.of(tokenizer.bytes(id)));
            types.add(NORMAL);
        }
        for (SpecialToken special : tokenizer.specialTokens()) {
            tokens.add(special.text());
            types.add(CONTROL);
        }
        for (int id = tokens.size(); id < rows; id++) {
            tokens.add("[PAD" + id + "]");
            types.add(UNUSED);
        }
        return new GgufTokens(tokens, types, merges(tokenizer));
    }

    private static List<String> merges(Tokenizer tokenizer) {
        Map<String, Integer> ranks = HashMap.newHashMap(tokenizer.ranks());
        for (int id = 0; id < tokenizer.ranks(); id++) {
            ranks.put(latin(tokenizer.bytes(id)), id);
        }
        List<String> merges = new ArrayList<>(tokenizer.ranks());
        for (int id = 0; id < tokenizer.ranks(); id++) {
            List<String> parts = parts(latin(tokenizer.bytes(id)), id, ranks);
            if (parts.size() == 2) {
                merges.add(letters(parts.get(0)) + " " + letters(parts.get(1)));
            }
        }
        return merges;
    }

    /** What a token's bytes are merged into by the tokens of lower rank alone. */
    private static List<String> parts(String token, int rank, Map<String, Integer> ranks) {
        List<String> parts = new ArrayList<>(token.length());
        for (int i = 0; i < token.length(); i++) {
            parts.add(token.substring(i, i + 1));
        }
        for (int at = best(parts, rank, ranks); at >= 0; at = best(parts, rank, ranks)) {
            parts.set(at, parts.get(at) + parts.remove(at + 1));
        }
        return parts;
    }

    /** Where the pair of lowest rank begins, -1 where none is below the limit. */
    private static int best(List<String> parts, int limit, Map<String, Integer> ranks) {
        int lowest = limit;
        int best = -1;
        for (int i = 0; i + 1 < parts.size(); i++) {
            int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), limit);
            if (rank < lowest) {
                lowest = rank;
                best = i;
            }
        }
        return best;
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String letters(String latin) {
        return ByteLetters.of(latin.getBytes(StandardCharsets.ISO_8859_1));
    }
}
