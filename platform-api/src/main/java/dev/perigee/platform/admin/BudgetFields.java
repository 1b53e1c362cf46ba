package dev.perigee.platform.admin;

import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetMode;
import dev.perigee.billing.budget.BudgetPeriod;
import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.budget.Budgets;
import dev.perigee.billing.money.Money;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.JsonFields;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How budgets read. A limit is {@code {"tokens":N}} or money, {@code {"amount":"12.5","currency":"USD"}}. */
final class BudgetFields {

    private static final int MAX_WORD = 20;

    private BudgetFields() {}

    static List<Budget> read(ArrayNode body, Currency currency) {
        if (body.size() > Budgets.MAX_BUDGETS) {
            throw invalid(null, "The list is " + body.size() + " budgets long, may have " + Budgets.MAX_BUDGETS + ".");
        }
        List<Budget> budgets = new ArrayList<>();
        for (int i = 0; i < body.size(); i++) {
            String place = "[" + i + "]";
            if (!(body.get(i) instanceof ObjectNode object)) {
                throw invalid(place, place + " must be an object with period, limit and mode.");
            }
            Budget budget = budget(JsonFields.of(object, place, Set.of("period", "limit", "mode")), currency);
            if (budgets.stream().anyMatch(budget::countsLike)) {
                throw invalid(place, place + " has the period, unit and mode of one before it.");
            }
            budgets.add(budget);
        }
        return budgets;
    }

    private static ProblemException invalid(@Nullable String field, String message) {
        return new ProblemException(Problem.invalid("invalid_value", field, message));
    }

    private static Budget budget(JsonFields fields, Currency currency) {
        BudgetPeriod period = switch (fields.requiredText("period", MAX_WORD)) {
            case "total" -> BudgetPeriod.TOTAL;
            case "day" -> BudgetPeriod.DAY;
            case "month" -> BudgetPeriod.MONTH;
            default -> throw fields.mustBe("period", "total, day or month");
        };
        BudgetMode mode = switch (fields.requiredText("mode", MAX_WORD)) {
            case "hard" -> BudgetMode.HARD;
            case "shadow" -> BudgetMode.SHADOW;
            default -> throw fields.mustBe("mode", "hard or shadow");
        };
        JsonFields limit = fields.object("limit", Set.of("tokens", "amount", "currency"));
        if (limit == null) {
            throw fields.mustBe("limit", "{\"tokens\":N} or {\"amount\",\"currency\"}");
        }
        return new Budget(period, limit.value("tokens") == null ? money(limit, currency) : tokens(limit), mode);
    }

    private static BudgetLimit tokens(JsonFields limit) {
        for (String other : List.of("amount", "currency")) {
            if (limit.value(other) != null) {
                throw limit.mustBe(other, "absent where tokens are given");
            }
        }
        Long tokens = limit.whole("tokens", 0, BudgetLimit.MAX_AMOUNT);
        if (tokens == null) {
            throw limit.mustBe("tokens", "a whole number");
        }
        return new BudgetLimit.OfTokens(tokens);
    }

    private static BudgetLimit money(JsonFields limit, Currency currency) {
        return new BudgetLimit.OfMoney(MoneyFields.read(limit, currency));
    }

    static ObjectNode write(BudgetStanding standing) {
        Budget budget = standing.budget();
        ObjectNode form = Json.object()
                .put("period", budget.period().word())
                .put("mode", budget.mode().word());
        form.set("limit", amount(budget.limit(), budget.limit().amount()));
        form.set("settled", amount(budget.limit(), standing.settled()));
        form.set("reserved", amount(budget.limit(), standing.reserved()));
        form.set("available", amount(budget.limit(), standing.available()));
        return form.put("resets_at", AdminJson.moment(standing.resetsAt()));
    }

    private static ObjectNode amount(BudgetLimit limit, long amount) {
        return switch (limit) {
            case BudgetLimit.OfTokens ofTokens -> Json.object().put("tokens", amount);
            case BudgetLimit.OfMoney ofMoney ->
                AdminJson.money(new Money(amount, ofMoney.money().currency()));
        };
    }
}
