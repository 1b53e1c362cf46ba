package dev.perigee.billing.pricing;

import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Price books in PostgreSQL. */
public final class JdbcPriceBooks implements PriceBooks {

    private static final String SELECT =
            "SELECT b.model, " + PriceBookVersionRow.COLUMNS + " FROM " + PriceBookVersionRow.TABLES;
    private static final String NEWEST_FIRST = " ORDER BY b.model, b.currency, v.effective_from DESC";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public JdbcPriceBooks(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    @Override
    public PriceBookCreation create(String model, Rate rate, @Nullable Instant effectiveFrom) {
        checkModel(model);
        return transaction.execute(status -> {
            UUID id = UUID.randomUUID();
            int opened = jdbc.sql("""
                            INSERT INTO billing.price_book (id, model, currency) VALUES (:id, :model, :currency)
                            ON CONFLICT (model, currency) DO NOTHING""")
                    .param("id", id)
                    .param("model", model)
                    .param("currency", rate.currency().getCurrencyCode())
                    .update();
            if (opened == 0) {
                return new PriceBookCreation.AlreadyExists(existing(model, rate.currency()));
            }
            insertVersion(id, rate, effectiveFrom);
            return new PriceBookCreation.Created(find(id).orElseThrow());
        });
    }

    @Override
    public PriceBookAddition addVersion(UUID priceBookId, Rate rate, @Nullable Instant effectiveFrom) {
        return transaction.execute(status -> {
            Optional<PriceBook> book = find(priceBookId);
            if (book.isEmpty()) {
                return new PriceBookAddition.UnknownPriceBook(priceBookId);
            }
            if (!book.get().currency().equals(rate.currency())) {
                return new PriceBookAddition.OtherCurrency(book.get().currency());
            }
            Optional<UUID> added = insertVersion(priceBookId, rate, effectiveFrom);
            if (added.isEmpty()) {
                return new PriceBookAddition.DateTaken(effectiveFrom == null ? now() : effectiveFrom);
            }
            return added(find(priceBookId).orElseThrow(), added.get());
        });
    }

    @Override
    public PriceBook ensure(String model, Rate rate) {
        return switch (create(model, rate, null)) {
            case PriceBookCreation.Created created -> created.priceBook();
            case PriceBookCreation.AlreadyExists existing -> existing.priceBook();
        };
    }

    @Override
    public Optional<PriceBookVersion> inForce(String model, Currency currency) {
        return jdbc.sql(SELECT + """
                         WHERE b.model = :model AND b.currency = :currency AND v.effective_from <= billing.clock()
                        ORDER BY v.effective_from DESC LIMIT 1""")
                .param("model", model)
                .param("currency", currency.getCurrencyCode())
                .query((row, number) -> PriceBookVersionRow.read(row))
                .optional();
    }

    @Override
    public Optional<PriceBook> find(UUID priceBookId) {
        return books(jdbc.sql(SELECT + " WHERE b.id = :id" + NEWEST_FIRST).param("id", priceBookId)).stream()
                .findFirst();
    }

    @Override
    public List<PriceBook> list() {
        return books(jdbc.sql(SELECT + NEWEST_FIRST));
    }

    private PriceBook existing(String model, Currency currency) {
        return books(jdbc.sql(SELECT + " WHERE b.model = :model AND b.currency = :currency" + NEWEST_FIRST)
                        .param("model", model)
                        .param("currency", currency.getCurrencyCode()))
                .getFirst();
    }

    private Optional<UUID> insertVersion(UUID bookId, Rate rate, @Nullable Instant effectiveFrom) {
        return jdbc.sql("""
                        INSERT INTO billing.price_book_version
                            (id, price_book_id, input_nanos, cached_input_nanos, output_nanos, effective_from)
                        VALUES (:id, :book, :input, :cached, :output, coalesce(:from, billing.clock()))
                        ON CONFLICT (price_book_id, effective_from) DO NOTHING RETURNING id""")
                .param("id", UUID.randomUUID())
                .param("book", bookId)
                .param("input", rate.inputNanos())
                .param("cached", rate.cachedInputNanos())
                .param("output", rate.outputNanos())
                .param(
                        "from",
                        effectiveFrom == null ? null : effectiveFrom.atOffset(ZoneOffset.UTC),
                        Types.TIMESTAMP_WITH_TIMEZONE)
                .query(UUID.class)
                .optional();
    }

    private Instant now() {
        return jdbc.sql("SELECT billing.clock()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private static PriceBookAddition added(PriceBook book, UUID versionId) {
        PriceBookVersion version = book.versions().stream()
                .filter(each -> each.id().equals(versionId))
                .findFirst()
                .orElseThrow();
        return new PriceBookAddition.Added(book, version);
    }

    private static List<PriceBook> books(JdbcClient.StatementSpec statement) {
        record Line(String model, PriceBookVersion version) {}
        Map<UUID, List<Line>> lines =
                statement
                        .query((row, number) -> new Line(row.getString("model"), PriceBookVersionRow.read(row)))
                        .list()
                        .stream()
                        .collect(Collectors.groupingBy(
                                line -> line.version().priceBookId(), LinkedHashMap::new, Collectors.toList()));
        return lines.values().stream()
                .map(book -> new PriceBook(
                        book.getFirst().version().priceBookId(),
                        book.getFirst().model(),
                        book.getFirst().version().rate().currency(),
                        book.stream().map(Line::version).toList()))
                .toList();
    }

    private static void checkModel(String model) {
        if (model.isBlank() || model.length() > MAX_MODEL_LENGTH || model.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "model must have 1 to " + MAX_MODEL_LENGTH + " characters, not be blank and have no NUL character");
        }
    }
}
