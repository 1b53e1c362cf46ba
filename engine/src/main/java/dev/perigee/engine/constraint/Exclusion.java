package dev.perigee.engine.constraint;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Whether options can be told apart, so that no value obeys two of them: by type, by listed values, by a tag. */
final class Exclusion {

    private final SchemaDocument document;
    private final Budget budget;

    Exclusion(SchemaDocument document, Budget budget) {
        this.document = document;
        this.budget = budget;
    }

    boolean disjoint(List<Clause> one, List<Clause> other) {
        for (Clause first : one) {
            for (Clause second : other) {
                budget.spend(1);
                @Nullable Clause both = ClauseConjunction.of(first, second);
                boolean members = first instanceof Clause.Members && second instanceof Clause.Members;
                if (both != null
                        && !(members && tagged((Clause.Members) first, (Clause.Members) second))
                        && !apart(both)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether bounds leave no number. */
    private static boolean apart(Clause clause) {
        if (!(clause instanceof Clause.Numbers numbers)
                || numbers.low().value() == null
                || numbers.high().value() == null) {
            return false;
        }
        int order = numbers.low().value().compareTo(numbers.high().value());
        return order > 0
                || order == 0 && (numbers.low().exclusive() || numbers.high().exclusive());
    }

    /** Whether some property that both require has other constants in each. */
    private boolean tagged(Clause.Members one, Clause.Members other) {
        for (String key : one.required()) {
            budget.spend(1);
            Set<JsonNode> tags = constants(one.goal(key));
            Set<JsonNode> others = other.required().contains(key) ? constants(other.goal(key)) : Set.of();
            if (!tags.isEmpty() && !others.isEmpty() && tags.stream().noneMatch(others::contains)) {
                return true;
            }
        }
        return false;
    }

    /** The strings that a goal lists; none where it lists no or other values. */
    private Set<JsonNode> constants(List<Integer> goal) {
        for (int number : goal) {
            JsonNode schema = document.part(number);
            @Nullable JsonNode constant = schema.get("const");
            @Nullable JsonNode options = schema.get("enum");
            Set<JsonNode> listed = new HashSet<>();
            if (constant != null) {
                listed.add(constant);
            } else if (options != null && options.isArray()) {
                listed.addAll(options.values());
            }
            if (!listed.isEmpty() && listed.stream().allMatch(JsonNode::isString)) {
                return listed;
            }
        }
        return Set.of();
    }
}
