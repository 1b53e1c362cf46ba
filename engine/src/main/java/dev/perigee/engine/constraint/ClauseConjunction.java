package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What two clauses say together. Lists of values are compared with the bounds only when a rule is made of the clause. */
final class ClauseConjunction {

    private ClauseConjunction() {}

    /** Both, or nothing where no value obeys both. */
    static @Nullable Clause of(Clause one, Clause other) {
        return switch (one) {
            case Clause.Null _ -> other instanceof Clause.Null ? one : null;
            case Clause.Truth truth -> other instanceof Clause.Truth that ? truth(truth, that) : null;
            case Clause.Numbers numbers -> other instanceof Clause.Numbers that ? numbers(numbers, that) : null;
            case Clause.Text text -> other instanceof Clause.Text that ? text(text, that) : null;
            case Clause.Members members -> other instanceof Clause.Members that ? members(members, that) : null;
            case Clause.Elements elements -> other instanceof Clause.Elements that ? elements(elements, that) : null;
        };
    }

    private static @Nullable Clause truth(Clause.Truth one, Clause.Truth other) {
        Set<Boolean> values = new HashSet<>(one.values());
        values.retainAll(other.values());
        return values.isEmpty() ? null : new Clause.Truth(values);
    }

    private static @Nullable Clause numbers(Clause.Numbers one, Clause.Numbers other) {
        @Nullable Set<BigDecimal> values = common(one.values(), other.values());
        if (values != null && values.isEmpty()) {
            return null;
        }
        @Nullable BigDecimal multipleOf = one.multipleOf() == null ? other.multipleOf() : one.multipleOf();
        if (other.multipleOf() != null && other.multipleOf().compareTo(multipleOf) != 0) {
            throw new SchemaRefusedException("multipleOf is given twice for one value, which is not supported");
        }
        return new Clause.Numbers(
                one.integer() || other.integer(),
                tighter(one.low(), other.low(), 1),
                tighter(one.high(), other.high(), -1),
                multipleOf,
                values);
    }

    /** @param sign positive where the larger bound is the tighter one */
    private static Clause.Bound tighter(Clause.Bound one, Clause.Bound other, int sign) {
        if (one.value() == null || other.value() == null) {
            return one.value() == null ? other : one;
        }
        int order = sign * one.value().compareTo(other.value());
        return order > 0 || order == 0 && one.exclusive() ? one : other;
    }

    private static @Nullable Clause text(Clause.Text one, Clause.Text other) {
        @Nullable Set<String> values = common(one.values(), other.values());
        if (values != null && values.isEmpty()) {
            return null;
        }
        Set<String> patterns = new LinkedHashSet<>(one.patterns());
        patterns.addAll(other.patterns());
        return new Clause.Text(Math.max(one.min(), other.min()), Math.min(one.max(), other.max()), patterns, values);
    }

    private static <T> @Nullable Set<T> common(@Nullable Set<T> one, @Nullable Set<T> other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        Set<T> common = new LinkedHashSet<>(one);
        common.retainAll(other);
        return common;
    }

    private static Clause members(Clause.Members one, Clause.Members other) {
        Map<String, List<Integer>> properties = new LinkedHashMap<>();
        one.properties().forEach((key, goal) -> properties.put(key, both(goal, other.goal(key))));
        other.properties().forEach((key, goal) -> properties.computeIfAbsent(key, _ -> both(goal, one.rest())));
        Set<String> required = new LinkedHashSet<>(one.required());
        required.addAll(other.required());
        return new Clause.Members(
                properties,
                both(one.rest(), other.rest()),
                required,
                Math.max(one.min(), other.min()),
                Math.min(one.max(), other.max()));
    }

    private static Clause elements(Clause.Elements one, Clause.Elements other) {
        List<List<Integer>> first = new ArrayList<>();
        for (int i = 0; i < Math.max(one.first().size(), other.first().size()); i++) {
            first.add(both(one.goal(i), other.goal(i)));
        }
        return new Clause.Elements(
                first,
                both(one.rest(), other.rest()),
                Math.max(one.min(), other.min()),
                Math.min(one.max(), other.max()));
    }

    private static List<Integer> both(List<Integer> one, List<Integer> other) {
        TreeSet<Integer> both = new TreeSet<>(one);
        both.addAll(other);
        return List.copyOf(both);
    }
}
