package dev.perigee.engine.constraint;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says of values of one type. A schema is a choice of clauses.
 *
 * <p>Schemas of parts stand as goals: the numbers of the schemas that all hold there, sorted; none means anything goes.
 */
sealed interface Clause {

    /** The value {@code null}. */
    record Null() implements Clause {}

    /** One of these truth values. */
    record Truth(Set<Boolean> values) implements Clause {}

    /** A bound of numbers; {@code null} for none. */
    record Bound(@Nullable BigDecimal value, boolean exclusive) {
        static final Bound NONE = new Bound(null, false);
    }

    /** @param values the only ones possible, {@code null} for no such list */
    record Numbers(
            boolean integer,
            Bound low,
            Bound high,
            @Nullable BigDecimal multipleOf,
            @Nullable Set<BigDecimal> values) implements Clause {
        static final Numbers ANY = new Numbers(false, Bound.NONE, Bound.NONE, null, null);
    }

    /** @param values the only ones possible, {@code null} for no such list */
    record Text(
            int min,
            int max,
            Set<String> patterns,
            @Nullable Set<String> values) implements Clause {
        static final Text ANY = new Text(0, TextLexeme.UNBOUNDED, Set.of(), null);
    }

    /** @param rest goal of keys that are not among the properties */
    record Members(Map<String, List<Integer>> properties, List<Integer> rest, Set<String> required, int min, int max)
            implements Clause {
        static final Members ANY = new Members(Map.of(), List.of(), Set.of(), 0, Integer.MAX_VALUE);

        /** What holds for this key. */
        List<Integer> goal(String key) {
            return properties.getOrDefault(key, rest);
        }
    }

    /** @param rest goal of the elements behind the first ones */
    record Elements(List<List<Integer>> first, List<Integer> rest, int min, int max) implements Clause {
        static final Elements ANY = new Elements(List.of(), List.of(), 0, Integer.MAX_VALUE);

        /** What holds for the element at this place. */
        List<Integer> goal(int place) {
            return place < first.size() ? first.get(place) : rest;
        }
    }

    /** One clause for each type there is: any value. */
    List<Clause> ANYTHING =
            List.of(new Null(), new Truth(Set.of(false, true)), Numbers.ANY, Text.ANY, Members.ANY, Elements.ANY);
}
