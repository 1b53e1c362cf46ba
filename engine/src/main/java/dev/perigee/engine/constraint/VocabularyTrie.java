package dev.perigee.engine.constraint;

import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a vocabulary's text tokens as a trie in preorder: a node's children follow it, {@link #end} is where they are over.
 *
 * <p>Invariant: the nodes of equal beginnings are one, so a walk that leaves out what is impossible is short.
 *
 * <p>Threads: any; immutable.
 */
final class VocabularyTrie {

    private static final int NO_TOKEN = -1;

    private final byte[][] bytes;
    private byte[] label = new byte[1024];
    private int[] end = new int[1024];
    private short[] depth = new short[1024];
    private int[] token = new int[1024];
    private int nodes;
    private int maxDepth;

    private VocabularyTrie(byte[][] bytes) {
        this.bytes = bytes;
    }

    static VocabularyTrie of(Tokenizer tokenizer) {
        byte[][] bytes = new byte[tokenizer.ranks()][];
        List<Integer> order = new ArrayList<>(bytes.length);
        for (int id = 0; id < bytes.length; id++) {
            bytes[id] = tokenizer.bytes(id);
            if (!tokenizer.isSpecial(id)) {
                order.add(id);
            }
        }
        order.sort((a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]));
        return build(bytes, order.stream().mapToInt(Integer::intValue).toArray());
    }

    /** A trie of these tokens alone. */
    VocabularyTrie only(int[] sortedIds) {
        return build(bytes, sortedIds);
    }

    private static VocabularyTrie build(byte[][] bytes, int[] sortedIds) {
        VocabularyTrie trie = new VocabularyTrie(bytes);
        int[] path = new int[Short.MAX_VALUE];
        byte[] previous = new byte[0];
        for (int id : sortedIds) {
            byte[] next = bytes[id];
            int mismatch = Arrays.mismatch(previous, next);
            trie.close(path, mismatch, previous.length);
            for (int at = mismatch; at < next.length; at++) {
                path[at] = trie.add(next[at], at + 1);
            }
            trie.token[trie.nodes - 1] = id;
            previous = next;
        }
        trie.close(path, 0, previous.length);
        trie.trim();
        return trie;
    }

    private void close(int[] path, int from, int to) {
        for (int at = from; at < to; at++) {
            end[path[at]] = nodes;
        }
    }

    private int add(byte octet, int atDepth) {
        if (nodes == label.length) {
            resize(2 * nodes);
        }
        label[nodes] = octet;
        depth[nodes] = (short) atDepth;
        token[nodes] = NO_TOKEN;
        maxDepth = Math.max(maxDepth, atDepth);
        return nodes++;
    }

    private void trim() {
        resize(nodes);
    }

    private void resize(int size) {
        label = Arrays.copyOf(label, size);
        end = Arrays.copyOf(end, size);
        depth = Arrays.copyOf(depth, size);
        token = Arrays.copyOf(token, size);
    }

    /** How many nodes there are. */
    int nodes() {
        return nodes;
    }

    /** The longest token, in bytes. */
    int maxDepth() {
        return maxDepth;
    }

    /** How many text tokens the vocabulary has; their ids count from 0. */
    int tokens() {
        return bytes.length;
    }

    /** The byte that leads to this node, 0 to 255. */
    int octet(int node) {
        return Byte.toUnsignedInt(label[node]);
    }

    /** The first node that does not begin with this one's bytes. */
    int end(int node) {
        return end[node];
    }

    /** How many bytes lead here. */
    int depth(int node) {
        return depth[node];
    }

    /** The token that ends here; negative where none does. */
    int token(int node) {
        return token[node];
    }

    /** The bytes of a token; not to be changed. */
    byte[] bytes(int id) {
        return bytes[id];
    }
}
