package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes rules of a schema's clauses, one rule for each goal, and leaves out what no finite value obeys.
 *
 * <p>Threads: one.
 */
final class RuleCompiler {

    private static final int MAX_RULES = 10_000;

    private final SchemaDocument document;
    private final Budget budget = new Budget();
    private final ClauseReader reader;
    private final Map<List<Integer>, ValueRule> rules = new HashMap<>();
    private final Deque<List<Integer>> open = new ArrayDeque<>();
    private final Map<Clause, @Nullable Lexeme> lexemes = new HashMap<>();

    private RuleCompiler(SchemaDocument document) {
        this.document = document;
        this.reader = new ClauseReader(document, budget);
    }

    /**
     * The rule of a whole schema.
     *
     * @throws SchemaRefusedException where it cannot be enforced
     */
    static ValueRule compile(String schema) {
        return new RuleCompiler(SchemaDocument.parse(schema)).compile();
    }

    private ValueRule compile() {
        ValueRule root = rule(document.rootGoal());
        while (!open.isEmpty()) {
            List<Integer> goal = open.remove();
            ValueRule rule = rule(goal);
            for (Clause clause : reader.read(goal)) {
                add(clause, rule);
            }
        }
        settle();
        if (!root.fits(0)) {
            throw new SchemaRefusedException(
                    "no value that nests at most " + ValueRule.MAX_DEPTH + " deep satisfies the schema");
        }
        return root;
    }

    private ValueRule rule(List<Integer> goal) {
        @Nullable ValueRule known = rules.get(goal);
        if (known != null) {
            return known;
        }
        if (rules.size() == MAX_RULES) {
            throw new SchemaRefusedException("schema has more than " + MAX_RULES + " different parts");
        }
        ValueRule rule = new ValueRule();
        rules.put(goal, rule);
        open.add(goal);
        return rule;
    }

    /** Heights fall from outside in, one level a round. */
    private void settle() {
        boolean fell = true;
        for (int round = 0; fell && round <= ValueRule.MAX_DEPTH + 1; round++) {
            fell = false;
            for (ValueRule rule : rules.values()) {
                budget.spend(1);
                fell |= rule.settle();
            }
        }
        rules.values().forEach(ValueRule::prune);
    }

    private void add(Clause clause, ValueRule rule) {
        budget.spend(1);
        switch (clause) {
            case Clause.Members members -> rule.add(object(members));
            case Clause.Elements elements -> rule.add(array(elements));
            case Clause.Null _, Clause.Truth _, Clause.Numbers _, Clause.Text _ -> {
                if (!lexemes.containsKey(clause)) {
                    lexemes.put(clause, lexeme(clause));
                }
                @Nullable Lexeme lexeme = lexemes.get(clause);
                if (lexeme != null) {
                    rule.add(new ScalarRule(lexeme));
                }
            }
        }
    }

    private @Nullable Lexeme lexeme(Clause clause) {
        return switch (clause) {
            case Clause.Null _ -> LiteralLexemes.of(List.of("null"), budget);
            case Clause.Truth truth ->
                LiteralLexemes.of(truth.values().stream().map(String::valueOf).toList(), budget);
            case Clause.Numbers numbers ->
                numbers.values() == null ? NumberLexemes.of(numbers, budget) : listed(numbers, numbers.values());
            case Clause.Text text -> text(text);
            case Clause.Members _, Clause.Elements _ -> throw new AssertionError("has parts");
        };
    }

    /** Of listed numbers those within the bounds; the bounds' own automaton decides. */
    private @Nullable Lexeme listed(Clause.Numbers numbers, Set<BigDecimal> values) {
        List<String> fitting = new ArrayList<>();
        for (BigDecimal value : values) {
            if (fits(numbers, value)) {
                fitting.add(Math.abs((long) value.scale()) > 40 ? value.toString() : value.toPlainString());
            }
        }
        return LiteralLexemes.of(fitting, budget);
    }

    private static boolean fits(Clause.Numbers numbers, BigDecimal value) {
        @Nullable BigDecimal low = numbers.low().value();
        @Nullable BigDecimal high = numbers.high().value();
        int toLow = low == null ? 1 : value.compareTo(low);
        int toHigh = high == null ? -1 : value.compareTo(high);
        return (!numbers.integer() || value.scale() <= 0)
                && (toLow > 0 || toLow == 0 && !numbers.low().exclusive())
                && (toHigh < 0 || toHigh == 0 && !numbers.high().exclusive())
                && (numbers.multipleOf() == null
                        || value.remainder(numbers.multipleOf()).signum() == 0);
    }

    private @Nullable Lexeme text(Clause.Text text) {
        if (text.values() != null) {
            List<String> fitting = text.values().stream()
                    .filter(value -> fits(text, value))
                    .map(LiteralLexemes::quoted)
                    .toList();
            return LiteralLexemes.of(fitting, budget);
        }
        if (!text.patterns().isEmpty()) {
            return PatternLexemes.of(text, budget);
        }
        return text.min() > text.max() ? null : new TextLexeme(false, text.min(), text.max());
    }

    private boolean fits(Clause.Text text, String value) {
        int length = value.codePointCount(0, value.length());
        return length >= text.min()
                && length <= text.max()
                && (text.patterns().isEmpty() || PatternLexemes.matches(text, value, budget));
    }

    private Alternative array(Clause.Elements elements) {
        return new ArrayRule(
                elements.first().stream().map(this::rule).toList(),
                rule(elements.rest()),
                elements.min(),
                elements.max());
    }

    private Alternative object(Clause.Members members) {
        TreeMap<byte[], String> keys = new TreeMap<>(Arrays::compareUnsigned);
        members.properties().keySet().forEach(key -> keys.put(written(key), key));
        members.required().forEach(key -> keys.put(written(key), key));
        List<ValueRule> values = new ArrayList<>();
        BitSet required = new BitSet();
        for (String key : keys.values()) {
            budget.spend(1);
            required.set(values.size(), members.required().contains(key));
            values.add(rule(members.goal(key)));
        }
        return new ObjectRule(
                keys.keySet().toArray(byte[][]::new),
                values,
                rule(members.rest()),
                required,
                members.min(),
                members.max());
    }

    private static byte[] written(String key) {
        String quoted = LiteralLexemes.quoted(key);
        if (quoted.contains("\\u")) {
            throw new SchemaRefusedException("a property's name has a control character");
        }
        return quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
    }
}
