package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern's automaton over characters; it may be in many states at once. As JSON schema wants it, the pattern may match anywhere
 * in the text.
 *
 * <p>Source: K. Thompson, Regular Expression Search Algorithm, 1968.
 *
 * <p>Threads: one.
 */
final class PatternAutomaton {

    private enum Kind {
        CHARS,
        SPLIT,
        BEGIN,
        END,
        MATCH
    }

    private record Node(Kind kind, CharSet set, int next, int other) {}

    private static final int MAX_NODES = 20_000;
    private static final CharSet NONE = new CharSet(List.of());

    private final Budget budget;
    private final List<Node> nodes = new ArrayList<>();
    private final int first;

    PatternAutomaton(String pattern, Budget budget) {
        this.budget = budget;
        int match = add(new Node(Kind.MATCH, NONE, -1, -1));
        int tail = anything(match);
        this.first = anything(build(RegexParser.parse(pattern), tail));
    }

    private int add(Node node) {
        budget.spend(1);
        if (nodes.size() == MAX_NODES) {
            throw new SchemaRefusedException("pattern is too long when its counts are written out");
        }
        nodes.add(node);
        return nodes.size() - 1;
    }

    private int anything(int next) {
        return loop(new Regex.Chars(CharSet.ALL), next);
    }

    private int loop(Regex part, int next) {
        int split = add(new Node(Kind.SPLIT, NONE, next, -1));
        int body = build(part, split);
        nodes.set(split, new Node(Kind.SPLIT, NONE, body, next));
        return split;
    }

    private int build(Regex regex, int next) {
        return switch (regex) {
            case Regex.Chars chars -> add(new Node(Kind.CHARS, chars.set(), next, -1));
            case Regex.Anchor anchor -> add(new Node(anchor.end() ? Kind.END : Kind.BEGIN, NONE, next, -1));
            case Regex.Sequence sequence -> {
                int at = next;
                for (Regex part : sequence.parts().reversed()) {
                    at = build(part, at);
                }
                yield at;
            }
            case Regex.Choice choice -> {
                int at = build(choice.options().getLast(), next);
                for (Regex option :
                        choice.options().reversed().subList(1, choice.options().size())) {
                    at = add(new Node(Kind.SPLIT, NONE, build(option, next), at));
                }
                yield at;
            }
            case Regex.Repeat repeat -> repeat(repeat, next);
        };
    }

    private int repeat(Regex.Repeat repeat, int next) {
        int at = repeat.max() < 0 ? loop(repeat.part(), next) : next;
        for (int i = repeat.min(); i < repeat.max(); i++) {
            at = add(new Node(Kind.SPLIT, NONE, build(repeat.part(), at), next));
        }
        for (int i = 0; i < repeat.min(); i++) {
            at = build(repeat.part(), at);
        }
        return at;
    }

    /** Where it stands before the first character. */
    BitSet start() {
        BitSet states = new BitSet();
        close(first, states, Kind.BEGIN);
        return states;
    }

    /** Where it stands behind this character; empty where the pattern can no longer match. */
    BitSet next(BitSet states, int codePoint) {
        budget.spend(1 + states.cardinality());
        BitSet to = new BitSet();
        for (int state = states.nextSetBit(0); state >= 0; state = states.nextSetBit(state + 1)) {
            Node node = nodes.get(state);
            if (node.kind == Kind.CHARS && node.set.contains(codePoint)) {
                close(node.next, to, null);
            }
        }
        return to;
    }

    /** Whether the text may end here. */
    boolean accepts(BitSet states) {
        BitSet all = new BitSet();
        for (int state = states.nextSetBit(0); state >= 0; state = states.nextSetBit(state + 1)) {
            close(state, all, Kind.END);
        }
        return all.get(0);
    }

    /** Adds what can be reached without a character; anchors are passed only where they hold. */
    private void close(int from, BitSet states, @Nullable Kind holds) {
        List<Integer> open = new ArrayList<>(List.of(from));
        while (!open.isEmpty()) {
            int state = open.removeLast();
            if (states.get(state)) {
                continue;
            }
            states.set(state);
            budget.spend(1);
            Node node = nodes.get(state);
            if (node.kind == Kind.SPLIT || node.kind == holds) {
                open.add(node.next);
            }
            if (node.kind == Kind.SPLIT) {
                open.add(node.other);
            }
        }
    }

    /** The sets of characters that it tells apart. */
    List<CharSet> sets() {
        return nodes.stream()
                .filter(node -> node.kind == Kind.CHARS)
                .map(Node::set)
                .distinct()
                .toList();
    }
}
