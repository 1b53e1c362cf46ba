package dev.perigee.platform.openai;

import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.money.Money;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.LimitNotice;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemKind;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** How a spent budget is told: 429 {@code insufficient_quota}, not to be tried again. */
final class BudgetRefusals {

    private BudgetRefusals() {}

    static Problem refused(BudgetStanding standing, String message) {
        BudgetLimit limit = standing.budget().limit();
        boolean held = standing.reserved() > 0;
        LimitNotice notice = new LimitNotice(
                standing.source(),
                held ? "budget_reserved" : "budget_spent",
                held
                        ? "Running requests hold the rest; what they do not use comes back when they end."
                        : "Have an administrator raise the budget, or wait until it begins anew.",
                new LimitNotice.Counters(
                        amount(limit, limit.amount()),
                        amount(limit, standing.settled()),
                        amount(limit, standing.reserved())),
                standing.resetsAt(),
                false);
        return Problem.of(ProblemKind.BUDGET_SPENT, "insufficient_quota", message)
                .because(notice);
    }

    private static JsonNode amount(BudgetLimit limit, long amount) {
        return switch (limit) {
            case BudgetLimit.OfTokens ofTokens -> JsonNodeFactory.instance.numberNode(amount);
            case BudgetLimit.OfMoney ofMoney -> {
                Money money = new Money(amount, ofMoney.money().currency());
                yield Json.object().put("amount", money.amount()).put("currency", money.currencyCode());
            }
        };
    }
}
