package dev.perigee.engine.kvcache;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Which full pages hold what: a tree for each partition, whose branches are the tokens of one page. A page that no sequence holds stays until its
 * memory is wanted; the one that has lain longest goes first, never before those that continue it.
 *
 * <p>Invariants: who holds a page holds all pages before it, so that every page nobody holds can go. Partitions share nothing.
 *
 * <p>Threads: the engine's thread only.
 *
 * <p>Source: RadixAttention (Zheng et al., SGLang, 2024).
 */
final class PrefixCache {

    private final Map<String, Node> partitions = new HashMap<>();
    private final SequencedSet<Node> evictable =
            new LinkedHashSet<>(); // leaves that no sequence holds, the oldest first

    /** One page's tokens, by value. */
    private record Block(int[] tokens) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Block block && Arrays.equals(tokens, block.tokens);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(tokens);
        }
    }

    /** A page in the tree; the root of a partition has none. */
    static final class Node {

        private final String partition;
        private final @Nullable Node parent;
        private final Block block;
        private final @Nullable KvPage page;
        private final Map<Block, Node> children = new HashMap<>();

        private Node(String partition, @Nullable Node parent, Block block, @Nullable KvPage page) {
            this.partition = partition;
            this.parent = parent;
            this.block = block;
            this.page = page;
        }

        private boolean idle() {
            return page != null && page.holders() == 0;
        }
    }

    /** The root of a partition, made where it is new. */
    Node root(String partition) {
        return partitions.computeIfAbsent(partition, name -> new Node(name, null, new Block(new int[0]), null));
    }

    /** The page behind {@code node} that holds these tokens, or {@code null}. */
    @Nullable
    Node child(Node node, int[] tokens, int from, int to) {
        return node.children.get(new Block(Arrays.copyOfRange(tokens, from, to)));
    }

    /** Puts a page that a sequence holds behind {@code node}, where there is none with these tokens. */
    Node add(Node node, int[] tokens, int from, int to, KvPage page) {
        Block block = new Block(Arrays.copyOfRange(tokens, from, to));
        Node child = new Node(node.partition, node, block, page);
        node.children.put(block, child);
        evictable.remove(node);
        page.keepFor(child);
        return child;
    }

    /** The page of a node. */
    static KvPage page(Node node) {
        if (node.page == null) {
            throw new AssertionError("a partition's root has no page");
        }
        return node.page;
    }

    /** A sequence holds this page again. */
    void taken(Node node) {
        evictable.remove(node);
    }

    /** No sequence holds this page any more. */
    void idle(Node node) {
        if (node.children.isEmpty()) {
            evictable.add(node);
        }
    }

    /** Lets the page go that has lain longest; there is one wherever a page is idle. */
    KvPage evict() {
        Node oldest = evictable.removeFirst();
        Node parent = oldest.parent;
        if (parent == null) {
            throw new AssertionError("a partition's root was evicted");
        }
        parent.children.remove(oldest.block);
        if (parent.children.isEmpty()) {
            if (parent.idle()) {
                evictable.addFirst(parent);
            } else if (parent.page == null) {
                partitions.remove(parent.partition);
            }
        }
        KvPage page = page(oldest);
        page.keepFor(null);
        return page;
    }
}
