package dev.perigee.billing.budget;

import static dev.perigee.billing.BillingDatabase.USD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.Rate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetLimitTests {

    /** One row per outcome; a prompt token costs 6 (cached 1) or 0, an output token 25 or 0. */
    @ParameterizedTest
    @CsvSource({
        "1000, 10,  6, 25, 37", // 1000 - 60 = 940, 37 × 25 = 925
        "60,   10,  6, 25, 0",
        "59,   10,  6, 25, -1",
        "84,   10,  6, 25, 0",
        "85,   10,  6, 25, 1",
        "0,    0,   6, 25, 0",
        "-5,   0,   6, 25, -1",
        "60,   10,  6, 0,  9223372036854775807",
        "0,    10,  0, 0,  9223372036854775807",
        "-1,   10,  0, 0,  -1"
    })
    void moneyWhenAskedPaysForWholeTokensBehindThePrompt(
            long available, long promptTokens, long inputNanos, long outputNanos, long payable) {
        BudgetLimit limit = new BudgetLimit.OfMoney(new Money(1000, USD));
        Rate rate = new Rate(USD, inputNanos, Math.min(1, inputNanos), outputNanos);

        assertThat(limit.payableOutput(available, promptTokens, rate)).isEqualTo(payable);
    }

    @ParameterizedTest
    @CsvSource({"100,10,90", "10,10,0", "9,10,-1", "-1,0,-1", "1,0,1"})
    void tokensWhenAskedPayForWhatThePromptLeaves(long available, long promptTokens, long payable) {
        assertThat(new BudgetLimit.OfTokens(100).payableOutput(available, promptTokens, new Rate(USD, 6, 1, 25)))
                .isEqualTo(payable);
    }

    @Test
    void amountWhenOutOfBoundsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BudgetLimit.OfTokens(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new BudgetLimit.OfTokens(BudgetLimit.MAX_AMOUNT + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new BudgetLimit.OfMoney(new Money(-1, USD)));
    }
}
