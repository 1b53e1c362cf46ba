package dev.perigee.billing.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.billing.metering.MeasuredUsage;
import java.math.BigDecimal;
import java.util.Currency;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateTests {

    private static final Currency USD = Currency.getInstance("USD");

    @Test
    void perMillionWhenThreeDecimalsIsWholeNanosPerToken() {
        Rate rate = perMillion("0.001", "0.15", "1000000");
        assertThat(rate).isEqualTo(new Rate(USD, 1, 150, 1_000_000_000));
        assertThat(rate.inputPerMillion().amount()).isEqualTo("0.001");
        assertThat(rate.cachedInputPerMillion().amount()).isEqualTo("0.15");
        assertThat(rate.outputPerMillion().amount()).isEqualTo("1000000");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0001, 0, 0, 'input is 0.0001, may have at most 3 decimals per million tokens'",
        "0, -1, 0, 'cached_input is -1, must be from 0 to 1000000 per million tokens'",
        "0, 0, 1000000.001, 'output is 1000000.001, must be from 0 to 1000000 per million tokens'",
        "1e308, 0, 0, ''"
    })
    void perMillionWhenPriceCannotBeKeptExactlyNamesIt(
            String input, String cachedInput, String output, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> perMillion(input, cachedInput, output))
                .withMessageContaining(message);
    }

    @Test
    void costWhenEveryPartIsUsedIsTheSumOfTheParts() {
        Rate rate = new Rate(USD, 600, 150, 2500);
        assertThat(rate.cost(new MeasuredUsage(1000, 200, 30, 4)).nanos())
                .isEqualTo(1000 * 600 + 200 * 150 + (30 + 4) * 2500);
        assertThat(rate.cost(MeasuredUsage.NONE).isZero()).isTrue();
    }

    @Test
    void costWhenEverythingIsLargestStillFits() {
        Rate dearest = new Rate(USD, Rate.MAX_NANOS, Rate.MAX_NANOS, Rate.MAX_NANOS);
        long most = MeasuredUsage.MAX_TOKENS;
        assertThat(dearest.cost(new MeasuredUsage(most, most, most, most)).amount())
                .isEqualTo("4000000000");
        assertThat(dearest.highestCost(most, most).amount()).isEqualTo("2000000000");
    }

    @Test
    void highestCostWhenCacheIsDearerHoldsTheDearerPrice() {
        assertThat(new Rate(USD, 1, 3, 10).highestCost(100, 7).nanos()).isEqualTo(370);
    }

    private static Rate perMillion(String input, String cachedInput, String output) {
        return Rate.perMillion(USD, new BigDecimal(input), new BigDecimal(cachedInput), new BigDecimal(output));
    }
}
