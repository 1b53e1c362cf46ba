package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Lexemes of strings that match patterns: first an automaton over characters, then the same over the bytes they are written with. */
final class PatternLexemes {

    private static final int MAX_ROWS = 16_000;

    /** Where each pattern stands, and how many characters are written. */
    private record Place(List<BitSet> states, int count) {}

    private final Clause.Text text;
    private final Budget budget;
    private final List<PatternAutomaton> patterns = new ArrayList<>();
    private final List<Integer> boundaries;

    private PatternLexemes(Clause.Text text, Budget budget) {
        this.text = text;
        this.budget = budget;
        for (String pattern : text.patterns()) {
            patterns.add(new PatternAutomaton(pattern, budget));
        }
        TreeSet<Integer> starts = new TreeSet<>(List.of(0));
        patterns.forEach(pattern -> pattern.sets().forEach(set -> addBoundaries(set, starts)));
        addBoundaries(CharSet.ALL, starts);
        this.boundaries = List.copyOf(starts);
    }

    private static void addBoundaries(CharSet set, TreeSet<Integer> starts) {
        for (int i = 0; i < set.ranges().size(); i += 2) {
            starts.add(set.ranges().get(i));
            starts.add(set.ranges().get(i + 1) + 1);
        }
    }

    /** Strings that match all patterns and the bounds; nothing where there are none. */
    static @Nullable Lexeme of(Clause.Text text, Budget budget) {
        PatternLexemes lexemes = new PatternLexemes(text, budget);
        TableLexeme.@Nullable Walked walked = lexemes.overCharacters();
        return walked == null ? null : lexemes.new Bytes(walked).lower();
    }

    /** Whether this text does. */
    static boolean matches(Clause.Text text, String value, Budget budget) {
        PatternLexemes lexemes = new PatternLexemes(text, budget);
        @Nullable Place place = lexemes.start();
        for (int codePoint : value.codePoints().toArray()) {
            place = place == null ? null : lexemes.next(place, codePoint);
        }
        return place != null && lexemes.accepts(place);
    }

    private TableLexeme.@Nullable Walked overCharacters() {
        int ranges = boundaries.size();
        return TableLexeme.walk(
                start(),
                ranges,
                (place, range) ->
                        CharSet.ALL.contains(boundaries.get(range)) ? next(place, boundaries.get(range)) : null,
                this::accepts,
                budget);
    }

    private Place start() {
        return new Place(patterns.stream().map(PatternAutomaton::start).toList(), 0);
    }

    private @Nullable Place next(Place place, int codePoint) {
        if (place.count >= text.max()) {
            return null;
        }
        List<BitSet> states = new ArrayList<>();
        for (int i = 0; i < patterns.size(); i++) {
            BitSet next = patterns.get(i).next(place.states.get(i), codePoint);
            if (next.isEmpty()) {
                return null;
            }
            states.add(next);
        }
        boolean counted = text.max() < TextLexeme.UNBOUNDED || place.count < text.min();
        return new Place(states, counted ? place.count + 1 : place.count);
    }

    private boolean accepts(Place place) {
        boolean accepts = place.count >= text.min();
        for (int i = 0; accepts && i < patterns.size(); i++) {
            accepts = patterns.get(i).accepts(place.states.get(i));
        }
        return accepts;
    }

    /** Writes the automaton out over bytes: quotes, escapes, UTF-8. Row 0 is before the quote, row 1 is closed. */
    private final class Bytes {

        private static final String ESCAPED = "\"\\\b\f\n\r\t";
        private static final String LETTERS = "\"\\bfnrt";
        private static final int CLOSED = 1;
        private static final int FIRST = 2;

        private final TableLexeme.Walked walked;
        private final List<int[]> rows = new ArrayList<>();
        private final Map<List<Integer>, Integer> known = new HashMap<>();
        private final Map<List<Integer>, Integer> anyTails = new HashMap<>();

        Bytes(TableLexeme.Walked walked) {
            this.walked = walked;
        }

        Lexeme lower() {
            newRow()['"'] = FIRST;
            newRow();
            walked.rows().forEach(_ -> newRow());
            for (int state = 0; state < walked.rows().size(); state++) {
                lower(state, rows.get(FIRST + state));
            }
            boolean[] accepting = new boolean[rows.size()];
            accepting[CLOSED] = true;
            return TableLexeme.wide(rows, accepting);
        }

        private int[] newRow() {
            budget.spend(64);
            if (rows.size() == MAX_ROWS) {
                throw new SchemaRefusedException("pattern needs too many states");
            }
            int[] row = new int[256];
            Arrays.fill(row, Lexeme.DEAD);
            rows.add(row);
            return row;
        }

        private void lower(int state, int[] row) {
            for (int octet = 0x20; octet < 0x80; octet++) {
                if (ESCAPED.indexOf(octet) < 0) {
                    row[octet] = target(state, octet);
                }
            }
            row['\\'] = escapes(state);
            row['"'] = walked.accepting()[state] ? CLOSED : Lexeme.DEAD;
            for (int lead = 0xC2; lead <= 0xDF; lead++) {
                row[lead] = tail(state, (lead & 0x1F) << 6, 1);
            }
            for (int lead = 0xE0; lead <= 0xEF; lead++) {
                row[lead] = tail(state, (lead & 0xF) << 12, 2);
            }
            for (int lead = 0xF0; lead <= 0xF4; lead++) {
                row[lead] = tail(state, (lead & 0x7) << 18, 3);
            }
        }

        private int escapes(int state) {
            int[] row = new int[256];
            Arrays.fill(row, Lexeme.DEAD);
            for (int i = 0; i < ESCAPED.length(); i++) {
                row[LETTERS.charAt(i)] = target(state, ESCAPED.charAt(i));
            }
            return shared(row);
        }

        /** The state before the last {@code more} bytes of the characters from here on. */
        private int tail(int state, int from, int more) {
            int step = 1 << 6 * (more - 1);
            if (rangeOf(from) == rangeOf(from + 64 * step - 1)) {
                int to = target(state, from);
                return to == Lexeme.DEAD ? to : anyTail(to, more);
            }
            int least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
            int[] row = new int[256];
            Arrays.fill(row, Lexeme.DEAD);
            for (int i = 0; i < 64; i++) {
                int first = from + i * step;
                if (first + step > least) {
                    row[0x80 + i] = more == 1 ? target(state, first) : tail(state, first, more - 1);
                }
            }
            return shared(row);
        }

        /** Any {@code more} bytes, and then this state. */
        private int anyTail(int to, int more) {
            @Nullable Integer found = anyTails.get(List.of(to, more));
            if (found == null) {
                int[] row = new int[256];
                Arrays.fill(row, Lexeme.DEAD);
                Arrays.fill(row, 0x80, 0xC0, more == 1 ? to : anyTail(to, more - 1));
                found = shared(row);
                anyTails.put(List.of(to, more), found);
            }
            return found;
        }

        private int shared(int[] row) {
            budget.spend(64);
            List<Integer> key = Arrays.stream(row).boxed().toList();
            if (key.stream().allMatch(to -> to == Lexeme.DEAD)) {
                return Lexeme.DEAD;
            }
            @Nullable Integer found = known.get(key);
            if (found == null) {
                System.arraycopy(row, 0, newRow(), 0, row.length);
                found = rows.size() - 1;
                known.put(key, found);
            }
            return found;
        }

        private int target(int state, int codePoint) {
            int to = walked.rows().get(state)[rangeOf(codePoint)];
            return to == Lexeme.DEAD ? to : FIRST + to;
        }

        private int rangeOf(int codePoint) {
            int low = 0;
            int high = boundaries.size() - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (boundaries.get(middle) <= codePoint) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return low;
        }
    }
}
