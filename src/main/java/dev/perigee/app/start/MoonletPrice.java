package dev.perigee.app.start;

import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.billing.pricing.Rate;
import java.math.BigDecimal;
import java.util.Currency;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;

/** Gives the bundled model its first price, so that the first request is charged; the price books rule from then on. */
@Component
final class MoonletPrice implements InitializingBean {

    private static final String MODEL = "moonlet";
    private static final Rate FIRST = Rate.perMillion(
            Currency.getInstance("USD"), new BigDecimal("0.60"), new BigDecimal("0.15"), new BigDecimal("2.50"));

    private final PriceBooks priceBooks;

    MoonletPrice(PriceBooks priceBooks) {
        this.priceBooks = priceBooks;
    }

    @Override
    public void afterPropertiesSet() {
        priceBooks.ensure(MODEL, FIRST);
    }
}
