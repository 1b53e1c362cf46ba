package dev.perigee.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary as GGUF files write it, in the order of ids.
 *
 * @param pre what GGUF files call the way text is cut before it is merged
 * @param tokens text in GPT-2's letters, control tokens as they are spelled, {@code [PADn]} for rows that are no token
 * @param types 1 for text, 3 for control tokens, 5 for rows that are no token
 * @param merges pairs of tokens with a space between them: Kimi's for each token of more than one byte the two it is merged from last,
 *     DeepSeek's as its files list them
 * @param named ids of the control tokens that files name: {@code bos}, {@code eos}, {@code padding}, where they are known
 * @param begins whether a prompt that is no chat begins with {@code bos}
 */
public record GgufTokens(
        String pre,
        List<String> tokens,
        List<Integer> types,
        List<String> merges,
        Map<String, Integer> named,
        boolean begins) {

    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int UNUSED = 5;

    public GgufTokens {
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        merges = List.copyOf(merges);
        named = Map.copyOf(named);
    }

    /** This vocabulary, filled up to the rows of the embedding. */
    public static GgufTokens of(Tokenizer tokenizer, int rows) {
        List<String> tokens = new ArrayList<>(rows);
        List<Integer> types = new ArrayList<>(rows);
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            byte[] bytes = tokenizer.bytes(id);
            boolean control = tokenizer.isSpecial(id);
            tokens.add(control ? new String(bytes, StandardCharsets.UTF_8) : ByteLetters.of(bytes));
            types.add(control ? CONTROL : NORMAL);
        }
        for (int id = tokens.size(); id < rows; id++) {
            tokens.add("[PAD" + id + "]");
            types.add(UNUSED);
        }
        return tokenizer.encoder() instanceof MergeEncoder merging
                ? deepSeek(tokenizer, merging, tokens, types)
                : kimi(tokenizer, tokens, types);
    }

    private static GgufTokens kimi(Tokenizer tokenizer, List<String> tokens, List<Integer> types) {
        Map<String, Integer> named =
                Map.of("bos", tokenizer.idOf(ControlToken.BOS), "padding", tokenizer.idOf(ControlToken.PADDING));
        return new GgufTokens("kimi-k2", tokens, types, merges(tokenizer), named, false);
    }

    private static GgufTokens deepSeek(
            Tokenizer tokenizer, MergeEncoder merging, List<String> tokens, List<Integer> types) {
        List<String> merges = merging.merges().stream()
                .map(pair -> tokens.get(pair[0]) + " " + tokens.get(pair[1]))
                .toList();
        Map<String, Integer> named = new HashMap<>();
        tokenizer.frame().start().forEach(id -> named.put("bos", id));
        tokenizer.frame().ends().forEach(id -> named.put("eos", id));
        return new GgufTokens(merging.stages().ggufName(), tokens, types, merges, named, named.containsKey("bos"));
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
