package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A vocabulary whose text is merged by a list, as DeepSeek's models have it: control tokens may stand anywhere among the ids.
 *
 * @param stages how text is cut first
 * @param tokens by id, text in GPT-2's letters, control tokens as they are spelled
 * @param control which ids are control tokens
 * @param merges pairs of tokens with a space between them, the first is merged first
 * @param frame what belongs around a prompt
 * @param refused makes the refusal of the file
 */
record MergedVocabulary(
        SplitStages stages,
        List<String> tokens,
        BitSet control,
        List<String> merges,
        Tokenizer.Frame frame,
        Function<String, ModelLoadException> refused) {

    private static final int BYTES = 256;

    Tokenizer tokenizer() {
        Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
        List<byte[]> bytes = new ArrayList<>(tokens.size());
        List<SpecialToken> specials = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            if (control.get(id)) {
                specials.add(new SpecialToken(id, token));
                bytes.add(token.getBytes(StandardCharsets.UTF_8));
            } else {
                bytes.add(text(id, token));
                if (ids.put(token, id) != null) {
                    throw refused.apply("token " + id + " is there twice");
                }
            }
        }
        MergeEncoder encoder = new MergeEncoder(stages, byteIds(ids));
        for (int i = 0; i < merges.size(); i++) {
            add(encoder, i, ids);
        }
        return new Tokenizer(bytes, SpecialTokens.of(specials, tokens.size()), encoder, frame);
    }

    private byte[] text(int id, String token) {
        return ByteLetters.read(token)
                .filter(found -> found.length > 0)
                .orElseThrow(() -> refused.apply("token " + id + " is not written in GPT-2's letters for bytes"));
    }

    private int[] byteIds(Map<String, Integer> ids) {
        int[] found = new int[BYTES];
        for (int value = 0; value < BYTES; value++) {
            @Nullable Integer id = ids.get(ByteLetters.of(new byte[] {(byte) value}));
            if (id == null) {
                throw refused.apply(String.format("has no token for the single byte 0x%02X", value));
            }
            found[value] = id;
        }
        return found;
    }

    private void add(MergeEncoder encoder, int number, Map<String, Integer> ids) {
        String[] parts = merges.get(number).split(" ", -1);
        if (parts.length != 2) {
            throw refused.apply("merge " + number + " is no pair of tokens with a space between them");
        }
        encoder.merge(
                known(number, parts[0], ids), known(number, parts[1], ids), known(number, parts[0] + parts[1], ids));
    }

    private int known(int number, String token, Map<String, Integer> ids) {
        @Nullable Integer id = ids.get(token);
        if (id == null) {
            throw refused.apply("merge " + number + " speaks of a text that is no token");
        }
        return id;
    }
}
