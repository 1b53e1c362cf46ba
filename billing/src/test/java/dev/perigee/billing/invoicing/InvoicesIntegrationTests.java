package dev.perigee.billing.invoicing;

import static dev.perigee.billing.BillingDatabase.USD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.Settlement;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.Rate;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

class InvoicesIntegrationTests {

    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final MeasuredUsage USAGE = new MeasuredUsage(1_234_567, 89, 4_321, 777);

    private static BillingDatabase database;
    private static Charging charging;
    private static Invoices invoices;

    private final UUID tenant = UUID.randomUUID();
    private final String model = "model-" + UUID.randomUUID();
    private int requests;

    @BeforeAll
    static void open() {
        database = new BillingDatabase(10);
        at("2026-11-10T00:00:00Z");
        charging = database.charging();
        invoices = new JdbcInvoices(database.jdbc, database.transactions, database.ledger);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static void at(String moment) {
        database.travelTo(Instant.parse(moment));
    }

    private void price(long input, long cached, long output) {
        at("2026-01-01T00:00:00Z");
        database.priceBooks.ensure(model, new Rate(USD, input, cached, output));
    }

    private String reserve() {
        return reserve(USD);
    }

    private String reserve(Currency currency) {
        String id = "request-" + tenant + "-" + requests++;
        CostAttribution attribution = new CostAttribution(tenant, tenant, tenant, currency, null);
        assertThat(charging.reserve(new ChargeRequest(id, attribution, model, 2_000_000, 10_000)))
                .isInstanceOf(Admission.Admitted.class);
        return id;
    }

    private Money settle(String id) {
        return settle(id, USAGE);
    }

    private Money settle(String id, MeasuredUsage usage) {
        return ((Settlement.Settled) charging.settle(id, usage, RequestOutcome.COMPLETED)).cost();
    }

    private Invoice draft(YearMonth month) {
        return draft(month, ZoneOffset.UTC);
    }

    private Invoice draft(YearMonth month, ZoneId zone) {
        return invoices.draft(new InvoiceOrder(tenant, month, zone, USD));
    }

    private static Invoice issued(Invoice draft) {
        return ((InvoiceIssue.Issued) invoices.issue(draft.id(), "Acme")).invoice();
    }

    private long balance(String kind) {
        return database.number("""
                SELECT coalesce(sum(e.nanos), 0) FROM billing.ledger_entry e JOIN billing.account a ON a.id = e.account_id
                WHERE a.tenant_id = '%s' AND a.kind = '%s'""".formatted(tenant, kind));
    }

    @Test
    void invoiceWhenIssuedSumsExactlyRoundsEachLineOnceAndClosesTheBooks() {
        price(3, 1, 7);
        at("2026-11-10T00:00:00Z");
        Money first = settle(reserve());
        at("2026-11-30T23:59:59Z");
        Money second = settle(reserve());
        at("2026-12-01T00:00:00Z");
        settle(reserve());

        Invoice invoice = issued(draft(NOVEMBER));

        assertThat(invoice.exactTotal()).isEqualTo(first.plus(second));
        assertThat(invoice.lines())
                .extracting(
                        InvoiceLine::part,
                        InvoiceLine::tokens,
                        line -> line.exact().amount(),
                        line -> line.rounded().amount())
                .containsExactly(
                        tuple(InvoicePart.INPUT, 2_469_134L, "0.007407402", "0.01"),
                        tuple(InvoicePart.CACHED_INPUT, 178L, "0.000000178", "0"),
                        tuple(InvoicePart.OUTPUT, 8_642L, "0.000060494", "0"),
                        tuple(InvoicePart.REASONING, 1_554L, "0.000010878", "0"));
        assertThat(invoice.total()).isEqualTo(Money.of("0.01", "USD"));
        assertThat(invoice.rounding().nanos()).isEqualTo(10_000_000 - 7_478_952);
        assertThat(balance("billed")).isEqualTo(10_000_000);
        assertThat(balance("receivable")).isEqualTo(first.nanos()); // December's, which is not billed yet
        assertThat(balance("rounding")).isEqualTo(-invoice.rounding().nanos());
        assertThat(database.number("SELECT sum(nanos) FROM billing.ledger_entry"))
                .isZero();
    }

    @Test
    void invoiceWhenItsMonthRunsOrRequestsAreOpenIsRefused() {
        price(600, 150, 2500);
        at("2026-11-20T00:00:00Z");
        String open = reserve();
        Invoice draft = draft(NOVEMBER);

        assertThat(invoices.issue(draft.id(), "Acme"))
                .isEqualTo(new InvoiceIssue.StillRunning(Instant.parse("2026-12-01T00:00:00Z")));
        at("2026-12-01T00:00:00Z");
        assertThat(invoices.issue(draft.id(), "Acme")).isEqualTo(new InvoiceIssue.RequestsOpen(1));
        settle(open);
        Invoice invoice = issued(draft);
        assertThat(invoices.issue(draft.id(), "Other")).isEqualTo(new InvoiceIssue.AlreadyIssued(invoice));
        assertThat(invoices.issue(tenant, "Acme")).isEqualTo(new InvoiceIssue.Unknown(tenant));
        assertThat(draft(NOVEMBER)).isEqualTo(invoice);
    }

    /** A state that the triggers refuse: as where a request commits its admission after its month was issued. */
    private void plant(String change) {
        database.jdbc
                .sql("DO $$ BEGIN SET LOCAL session_replication_role = replica; " + change + "; END $$")
                .update();
    }

    @Test
    void usageWhenSettledAfterItsMonthWasIssuedComesOnTheNextInvoiceUnderItsMonth() {
        price(600, 150, 2500);
        at("2026-11-20T00:00:00Z");
        settle(reserve());
        String late = reserve();
        plant("UPDATE billing.reservation SET state = 'released', resolved_at = now() WHERE request_id = '" + late
                + "'");
        at("2026-12-02T00:00:00Z");
        Invoice november = issued(draft(NOVEMBER));
        plant("UPDATE billing.reservation SET state = 'reserved', resolved_at = NULL WHERE request_id = '" + late
                + "'");
        Money cost = settle(late);

        at("2027-01-01T00:00:00Z");
        Invoice december = issued(draft(NOVEMBER.plusMonths(1)));

        assertThat(december.exactTotal()).isEqualTo(cost);
        assertThat(december.lines()).allMatch(line -> line.month().equals(NOVEMBER));
        assertThat(invoices.find(november.id())).contains(november);
        assertThat(balance("receivable")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Oslo,     2026-10, 2026-09-30T22:00:00Z, 2026-10-31T23:00:00Z",
        "America/New_York,2026-11, 2026-11-01T04:00:00Z, 2026-12-01T05:00:00Z",
        "Asia/Kolkata,    2028-02, 2028-01-31T18:30:00Z, 2028-02-29T18:30:00Z"
    })
    void monthWhenClocksChangeOrADayLeapsBeginsAndEndsByTheTenantsTime(
            ZoneId zone, YearMonth month, Instant begin, Instant end) {
        price(600, 150, 2500);
        for (Instant moment : List.of(begin.minusSeconds(1), begin, end.minusSeconds(1), end)) {
            database.travelTo(moment);
            settle(reserve(), new MeasuredUsage(1, 0, 0, 0));
        }

        database.travelTo(end);
        Invoice before = issued(draft(month.minusMonths(1), zone));
        Invoice invoice = issued(draft(month, zone));

        assertThat(before.lines()).extracting(InvoiceLine::tokens).containsExactly(1L);
        assertThat(invoice.lines()).extracting(InvoiceLine::tokens).containsExactly(2L);
        assertThat(invoice.lines()).extracting(InvoiceLine::month).containsExactly(month);
    }

    @Test
    void priceWhenChangedInMidStreamIsThatOfTheAdmission() {
        price(600, 150, 2500);
        UUID book = database.priceBooks.ensure(model, new Rate(USD, 1, 1, 1)).id();
        at("2026-11-20T00:00:00Z");
        String running = reserve();
        at("2026-11-20T00:00:01Z");
        database.priceBooks.addVersion(book, new Rate(USD, 1200, 300, 5000), null);
        settle(running, new MeasuredUsage(10, 0, 0, 0));
        settle(reserve(), new MeasuredUsage(10, 0, 0, 0));

        at("2026-12-01T00:00:00Z");
        Invoice invoice = issued(draft(NOVEMBER));

        assertThat(invoice.lines())
                .extracting(line -> line.pricePerToken().nanos())
                .containsExactly(600L, 1200L);
    }

    @Test
    void documentWhenComputedAgainIsTheSameToTheByte() throws Exception {
        price(600, 150, 2500);
        at("2026-11-20T00:00:00Z");
        settle(reserve());
        at("2026-12-01T00:00:00Z");
        Invoice invoice = issued(draft(NOVEMBER));
        byte[] kept = invoices.document(invoice.id()).orElseThrow();

        at("2027-03-01T00:00:00Z");
        settle(reserve());
        Invoice again = invoices.find(invoice.id()).orElseThrow();

        assertThat(InvoiceJson.bytes(again)).isEqualTo(kept);
        assertThat(InvoiceCsv.bytes(again)).isEqualTo(InvoiceCsv.bytes(invoice));
        assertThat(InvoicePdf.bytes(again)).isEqualTo(InvoicePdf.bytes(invoice));
        try (PDDocument pdf = Loader.loadPDF(InvoicePdf.bytes(again))) {
            assertThat(new PDFTextStripper().getText(pdf))
                    .contains(
                            invoice.printedNumber(),
                            "Billed to: Acme",
                            "1234567",
                            invoice.total().amount());
        }
        assertThat(new String(InvoiceCsv.bytes(again), StandardCharsets.UTF_8).lines())
                .hasSize(1 + invoice.lines().size());
    }

    @Test
    void numbersWhenManyIssueAtOnceHaveNoGapAlsoWhereSomeFail() throws Exception {
        price(600, 150, 2500);
        at("2026-12-01T00:00:00Z");
        long before = database.number("SELECT last FROM billing.invoice_number WHERE kind = 'invoice'");
        List<Callable<InvoiceIssue>> issuing = IntStream.range(0, 40)
                .<Callable<InvoiceIssue>>mapToObj(i -> () -> invoices.issue(
                        invoices.draft(new InvoiceOrder(UUID.randomUUID(), NOVEMBER, ZoneOffset.UTC, USD))
                                .id(),
                        i % 4 == 3 ? "\0 is no text for PostgreSQL" : "Acme"))
                .toList();
        int failed = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<InvoiceIssue> one : threads.invokeAll(issuing)) {
                try {
                    assertThat(one.get()).isInstanceOf(InvoiceIssue.Issued.class);
                } catch (ExecutionException e) {
                    failed++;
                }
            }
        }

        assertThat(failed).isEqualTo(10);
        assertThat(database.jdbc
                        .sql(
                                "SELECT number FROM billing.invoice WHERE kind = 'invoice' AND number > :before ORDER BY number")
                        .param("before", before)
                        .query(Long.class)
                        .list())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 30).mapToObj(i -> before + i).toList());
    }

    @Test
    void creditNoteWhenMoreThanIsLeftIsRefused() {
        price(600, 150, 2500);
        at("2026-11-20T00:00:00Z");
        settle(reserve());
        Invoice draft = draft(NOVEMBER);
        assertThat(invoices.credit(draft.id(), Money.of("0.01", "USD"), "why"))
                .isEqualTo(new CreditNoteIssue.NotAnIssuedInvoice(draft.id()));
        at("2026-12-01T00:00:00Z");
        Invoice invoice = issued(draft);
        assertThat(invoice.total()).isEqualTo(Money.of("0.75", "USD"));

        Invoice note =
                ((CreditNoteIssue.Issued) invoices.credit(invoice.id(), Money.of("0.5", "USD"), "slow")).creditNote();

        assertThat(note.total()).isEqualTo(Money.of("-0.5", "USD"));
        assertThat(note.printedNumber()).startsWith("CRN-");
        assertThat(invoices.find(note.id())).contains(note);
        assertThat(InvoiceJson.bytes(note))
                .isEqualTo(invoices.document(note.id()).orElseThrow());
        assertThat(new String(InvoiceCsv.bytes(note), StandardCharsets.UTF_8)).contains("credit_note", "-0.5");
        assertThat(InvoicePdf.bytes(note)).startsWith("%PDF".getBytes(StandardCharsets.US_ASCII));
        assertThat(invoices.credit(invoice.id(), Money.of("0.26", "USD"), "again"))
                .isEqualTo(new CreditNoteIssue.MoreThanLeft(Money.of("0.25", "USD")));
        assertThat(invoices.credit(note.id(), Money.of("0.01", "USD"), "of a note"))
                .isEqualTo(new CreditNoteIssue.NotAnIssuedInvoice(note.id()));
        assertThat(invoices.credit(invoice.id(), Money.of("0.01", "EUR"), "euro"))
                .isInstanceOf(CreditNoteIssue.OtherCurrency.class);
        assertThat(balance("billed")).isEqualTo(250_000_000);
        assertThat(invoices.list(tenant, null, 10)).containsExactly(invoice, note);
        assertThat(invoices.list(tenant, invoice.id(), 10)).containsExactly(note);
    }

    @Test
    void lineWhenTheCurrencyHasNoCoinsIsRoundedToWholeUnitsHalfToEven() {
        Currency yen = Currency.getInstance("JPY");
        for (long[] pair :
                new long[][] {{500_000_000, 0}, {1_500_000_000, 2}, {1_499_999_999, 1}, {2_500_000_000L, 2}}) {
            InvoiceLine line = new InvoiceLine(NOVEMBER, "m", tenant, InvoicePart.INPUT, 1, new Money(pair[0], yen));
            assertThat(line.rounded()).isEqualTo(new Money(pair[1] * 1_000_000_000, yen));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE billing.invoice SET total_nanos = 0 WHERE number IS NOT NULL",
                "UPDATE billing.invoice SET number = NULL, issued_at = NULL, billed_to = NULL, total_nanos = NULL, document = NULL"
                        + " WHERE number IS NOT NULL",
                "UPDATE billing.invoice SET month = '2020-01'",
                "DELETE FROM billing.invoice",
                "DELETE FROM billing.invoiced_usage",
                "UPDATE billing.invoiced_usage SET invoice_id = gen_random_uuid()"
            })
    void databaseWhenAskedToChangeADocumentRefuses(String sql) {
        price(600, 150, 2500);
        at("2026-11-20T00:00:00Z");
        settle(reserve());
        at("2026-12-01T00:00:00Z");
        issued(draft(NOVEMBER));

        assertThatThrownBy(() -> database.jdbc.sql(sql).update()).isInstanceOf(DataAccessException.class);
    }
}
