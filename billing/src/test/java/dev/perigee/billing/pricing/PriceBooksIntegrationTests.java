package dev.perigee.billing.pricing;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.billing.BillingDatabase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PriceBooksIntegrationTests {

    private static final Rate DEARER = new Rate(USD, 700, 200, 3000);

    private static BillingDatabase database;
    private static PriceBooks books;

    private final String model = "model-" + UUID.randomUUID();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(2);
        books = database.priceBooks;
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @AfterEach
    void returnToNow() {
        database.travel("0");
    }

    @Test
    void createWhenModelHasNoBookOpensOneInForceAtOnce() {
        PriceBook book = created();
        assertThat(book.versions()).hasSize(1);
        assertThat(books.inForce(model, USD)).hasValue(book.versions().getFirst());
        assertThat(books.find(book.id())).hasValue(book);
        assertThat(books.list()).contains(book);
        assertThat(book.versions().getFirst().rate()).isEqualTo(RATE);
    }

    @Test
    void createWhenModelHasABookInThisCurrencyLeavesItAlone() {
        PriceBook book = created();
        assertThat(books.create(model, DEARER, null)).isEqualTo(new PriceBookCreation.AlreadyExists(book));
        assertThat(books.create(model, new Rate(Currency.getInstance("EUR"), 1, 1, 1), null))
                .isInstanceOf(PriceBookCreation.Created.class);
    }

    @Test
    void ensureWhenCalledAtEveryStartSeedsOnceAndKeepsLaterPrices() {
        PriceBook seeded = books.ensure(model, RATE);
        books.addVersion(seeded.id(), DEARER, null);
        assertThat(books.ensure(model, RATE).versions()).hasSize(2);
        assertThat(books.inForce(model, USD).orElseThrow().rate()).isEqualTo(DEARER);
    }

    @Test
    void inForceWhenVersionsAreDatedIsTheLatestThatHasBegun() {
        PriceBook book = created();
        Instant tomorrow = Instant.now().plus(1, ChronoUnit.DAYS);
        books.addVersion(book.id(), DEARER, tomorrow);
        assertThat(books.inForce(model, USD).orElseThrow().rate()).isEqualTo(RATE);
        database.travel("1 day 1 minute");
        assertThat(books.inForce(model, USD).orElseThrow().rate()).isEqualTo(DEARER);
        assertThat(books.find(book.id()).orElseThrow().versions())
                .extracting(PriceBookVersion::rate)
                .containsExactly(DEARER, RATE);
    }

    @Test
    void inForceWhenOnlyVersionLiesAheadIsNothing() {
        books.create(model, RATE, Instant.now().plus(1, ChronoUnit.HOURS));
        assertThat(books.inForce(model, USD)).isEmpty();
        assertThat(books.inForce("unknown", USD)).isEmpty();
    }

    @Test
    void addVersionWhenRefusedTellsTheFirstReason() {
        PriceBook book = created();
        Rate euro = new Rate(Currency.getInstance("EUR"), 1, 1, 1);
        Instant taken = book.versions().getFirst().effectiveFrom();
        UUID unknown = UUID.randomUUID();
        assertThat(books.addVersion(unknown, euro, taken)).isEqualTo(new PriceBookAddition.UnknownPriceBook(unknown));
        assertThat(books.addVersion(book.id(), euro, taken)).isEqualTo(new PriceBookAddition.OtherCurrency(USD));
        assertThat(books.addVersion(book.id(), DEARER, taken)).isEqualTo(new PriceBookAddition.DateTaken(taken));
        assertThat(books.find(book.id())).hasValue(book);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\0b"})
    void createWhenModelCannotBeANameIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> books.create(name, RATE, null));
    }

    private PriceBook created() {
        return ((PriceBookCreation.Created) books.create(model, RATE, null)).priceBook();
    }
}
