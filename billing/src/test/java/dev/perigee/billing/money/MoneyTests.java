package dev.perigee.billing.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Currency;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTests {

    private static final Currency USD = Currency.getInstance("USD");

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 0.000000001",
        "-1, -0.000000001",
        "12345678901, 12.345678901",
        "1500000000, 1.5",
        "100000000000, 100",
        "9223372036854775807, 9223372036.854775807",
        "-9223372036854775808, -9223372036.854775808"
    })
    void amountWhenWrittenIsExactAndReadBackEqual(long nanos, String amount) {
        assertThat(new Money(nanos, USD).amount()).isEqualTo(amount);
        assertThat(Money.of(amount, "USD")).isEqualTo(new Money(nanos, USD));
    }

    @Test
    void amountWhenReadInExponentFormIsTheSameMoney() {
        assertThat(Money.of("1e3", "USD").amount()).isEqualTo("1000");
    }

    @ParameterizedTest
    @CsvSource({"0.0000000001", "1.2345678905", "1e-10"})
    void amountWhenFinerThanNanosIsRefused(String amount) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.of(amount, "USD"))
                .withMessageContaining(amount);
    }

    @ParameterizedTest
    @CsvSource({"9223372036.854775808", "1e308", "-1e11"})
    void amountWhenTooLargeFailsInsteadOfWrapping(String amount) {
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Money.of(amount, "USD"));
    }

    @Test
    void arithmeticWhenResultDoesNotFitFailsInsteadOfWrapping() {
        Money most = new Money(Long.MAX_VALUE, USD);
        Money least = new Money(Long.MIN_VALUE, USD);
        Money one = new Money(1, USD);
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> most.plus(one));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> least.minus(one));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> most.times(2));
        assertThat(most.minus(one).plus(one)).isEqualTo(most);
    }

    @Test
    void arithmeticWhenCurrenciesDifferIsRefused() {
        Money dollar = Money.of("1", "USD");
        Money euro = Money.of("1", "EUR");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dollar.plus(euro))
                .withMessage("currency is EUR, must be USD");
        assertThatIllegalArgumentException().isThrownBy(() -> dollar.compareTo(euro));
    }

    @Test
    void textNamesAmountAndCurrency() {
        assertThat(Money.of("0.50", "EUR")).hasToString("0.5 EUR");
    }
}
