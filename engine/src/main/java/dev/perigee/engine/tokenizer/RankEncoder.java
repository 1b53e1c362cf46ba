package dev.perigee.engine.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Kimi's way: K2's split pattern, then the pair whose bytes together have the lowest rank is merged first; an id is a rank. */
final class RankEncoder implements TextEncoder {

    private final Encoding encoding;

    RankEncoder(List<byte[]> tokens) {
        Map<byte[], Integer> ranks = HashMap.newHashMap(tokens.size());
        for (int rank = 0; rank < tokens.size(); rank++) {
            ranks.put(tokens.get(rank), rank);
        }
        EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
        registry.registerGptBytePairEncoding(new GptBytePairEncodingParams("k2", SplitPattern.K2, ranks, Map.of()));
        this.encoding = registry.getEncoding("k2").orElseThrow(() -> new AssertionError("registered a line above"));
    }

    @Override
    public int[] encode(String text) {
        int[] ids = new int[Math.max(16, text.length() / 3)];
        int size = 0;
        for (String part : LongTextCuts.of(text)) {
            IntArrayList found = encoding.encodeOrdinary(part);
            if (size + found.size() > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(size + found.size(), 2 * ids.length));
            }
            for (int i = 0; i < found.size(); i++) {
                ids[size++] = found.get(i);
            }
        }
        return Arrays.copyOf(ids, size);
    }
}
