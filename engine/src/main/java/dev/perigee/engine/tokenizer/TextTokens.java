package dev.perigee.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A vocabulary's tokens of text while it is read, by rank: none twice, in the end one for each byte. */
final class TextTokens {

    private static final int BYTE_VALUES = 256;

    private final List<byte[]> tokens = new ArrayList<>();
    private final Map<String, Integer> ranks = new HashMap<>();

    /** Adds the token of the next rank, or tells that it is there already. */
    boolean add(byte[] token) {
        if (ranks.putIfAbsent(key(token), tokens.size()) != null) {
            return false;
        }
        tokens.add(token);
        return true;
    }

    int size() {
        return tokens.size();
    }

    /** The tokens by rank. */
    List<byte[]> all() {
        return tokens;
    }

    /** The rank of a token, or -1. */
    int rank(byte[] token) {
        return ranks.getOrDefault(key(token), -1);
    }

    /** What is wrong where a byte has no token of its own. */
    Optional<String> missingByte() {
        for (int value = 0; value < BYTE_VALUES; value++) {
            if (rank(new byte[] {(byte) value}) < 0) {
                return Optional.of(String.format("has no token for the single byte 0x%02X", value));
            }
        }
        return Optional.empty();
    }

    private static String key(byte[] token) {
        return new String(token, StandardCharsets.ISO_8859_1);
    }
}
