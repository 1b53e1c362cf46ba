package dev.perigee.engine.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A lexeme by table: bytes fall into classes, a row for each state. */
final class TableLexeme implements Lexeme {

    private final byte[] classOf;
    private final int classes;
    private final int[] next;
    private final boolean[] accepting;
    private final boolean[] ends;
    private final boolean wide;

    private TableLexeme(byte[] classOf, int classes, int[] next, boolean[] accepting, boolean wide) {
        this.classOf = classOf;
        this.classes = classes;
        this.next = next;
        this.accepting = accepting;
        this.wide = wide;
        this.ends = new boolean[accepting.length];
        for (int state = 0; state < ends.length; state++) {
            ends[state] = accepting[state] && rowIsDead(state);
        }
    }

    private boolean rowIsDead(int state) {
        for (int at = state * classes; at < (state + 1) * classes; at++) {
            if (next[at] != DEAD) {
                return false;
            }
        }
        return true;
    }

    /** What a state is and where a symbol leads; {@code null} for nowhere. */
    interface Step<S> {
        @Nullable
        S next(S state, int symbol);
    }

    /** States found by walking, only those from which an accepting one can be reached. State 0 is the first. */
    record Walked(List<int[]> rows, boolean[] accepting) {}

    /** Walks everything that can be reached by these symbols; nothing where no accepting state can. */
    static <S> @Nullable Walked walk(S start, int symbols, Step<S> step, Predicate<S> accepts, Budget budget) {
        Map<S, Integer> numbers = new HashMap<>();
        List<S> states = new ArrayList<>(List.of(start));
        List<int[]> rows = new ArrayList<>();
        numbers.put(start, 0);
        for (int at = 0; at < states.size(); at++) {
            budget.spend(1L + symbols);
            int[] row = new int[symbols];
            for (int symbol = 0; symbol < symbols; symbol++) {
                @Nullable S to = step.next(states.get(at), symbol);
                row[symbol] = to == null ? DEAD : numberOf(to, numbers, states);
            }
            rows.add(row);
        }
        boolean[] accepting = new boolean[states.size()];
        for (int at = 0; at < accepting.length; at++) {
            accepting[at] = accepts.test(states.get(at));
        }
        return trimmed(rows, accepting);
    }

    private static <S> int numberOf(S state, Map<S, Integer> numbers, List<S> states) {
        @Nullable Integer known = numbers.putIfAbsent(state, states.size());
        if (known != null) {
            return known;
        }
        states.add(state);
        return states.size() - 1;
    }

    private static @Nullable Walked trimmed(List<int[]> rows, boolean[] accepting) {
        boolean[] live = live(rows, accepting);
        if (!live[0]) {
            return null;
        }
        int[] number = new int[live.length];
        int count = 0;
        for (int state = 0; state < live.length; state++) {
            number[state] = live[state] ? count++ : DEAD;
        }
        List<int[]> kept = new ArrayList<>(count);
        boolean[] keptAccepting = new boolean[count];
        for (int state = 0; state < live.length; state++) {
            if (live[state]) {
                keptAccepting[kept.size()] = accepting[state];
                kept.add(Arrays.stream(rows.get(state))
                        .map(to -> to == DEAD ? DEAD : number[to])
                        .toArray());
            }
        }
        return new Walked(kept, keptAccepting);
    }

    private static boolean[] live(List<int[]> rows, boolean[] accepting) {
        List<List<Integer>> sources = new ArrayList<>();
        rows.forEach(_ -> sources.add(new ArrayList<>()));
        Deque<Integer> open = new ArrayDeque<>();
        boolean[] live = accepting.clone();
        for (int state = 0; state < rows.size(); state++) {
            for (int to : rows.get(state)) {
                if (to != DEAD) {
                    sources.get(to).add(state);
                }
            }
            if (live[state]) {
                open.add(state);
            }
        }
        while (!open.isEmpty()) {
            for (int source : sources.get(open.remove())) {
                if (!live[source]) {
                    live[source] = true;
                    open.add(source);
                }
            }
        }
        return live;
    }

    /** @param symbolOf the symbol of each byte, negative where the byte can never stand */
    static TableLexeme of(Walked walked, int[] symbolOf) {
        int symbols = walked.rows().getFirst().length;
        byte[] classOf = new byte[256];
        for (int octet = 0; octet < 256; octet++) {
            classOf[octet] = (byte) (symbolOf[octet] < 0 ? symbols : symbolOf[octet]);
        }
        int[] next = new int[walked.rows().size() * (symbols + 1)];
        Arrays.fill(next, DEAD);
        for (int state = 0; state < walked.rows().size(); state++) {
            System.arraycopy(walked.rows().get(state), 0, next, state * (symbols + 1), symbols);
        }
        return new TableLexeme(classOf, symbols + 1, next, walked.accepting(), false);
    }

    /** A wide lexeme from rows of 256; bytes that no row tells apart share a class. */
    static TableLexeme wide(List<int[]> rows, boolean[] accepting) {
        Map<List<Integer>, Integer> columns = new HashMap<>();
        byte[] classOf = new byte[256];
        for (int octet = 0; octet < 256; octet++) {
            int at = octet;
            List<Integer> column = rows.stream().map(row -> row[at]).toList();
            @Nullable Integer known = columns.putIfAbsent(column, columns.size());
            classOf[octet] = (byte) (known == null ? columns.size() - 1 : known);
        }
        int classes = columns.size();
        int[] next = new int[rows.size() * classes];
        for (int state = 0; state < rows.size(); state++) {
            for (int octet = 0; octet < 256; octet++) {
                next[state * classes + Byte.toUnsignedInt(classOf[octet])] = rows.get(state)[octet];
            }
        }
        return new TableLexeme(classOf, classes, next, accepting, true);
    }

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int next(int state, int octet) {
        return next[state * classes + Byte.toUnsignedInt(classOf[octet])];
    }

    @Override
    public boolean accepting(int state) {
        return accepting[state];
    }

    @Override
    public boolean closed(int state) {
        return ends[state];
    }

    @Override
    public boolean wide() {
        return wide;
    }

    @Override
    public Object reachKey(int state, int longest) {
        return new Reach(this, state);
    }

    private record Reach(TableLexeme lexeme, int state) {}
}
