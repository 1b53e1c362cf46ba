package dev.perigee.billing.ledger;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.CostAttributionRow;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import dev.perigee.billing.pricing.PriceBookVersionRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The reservations in PostgreSQL.
 *
 * <p>Every method is one statement of the caller's transaction; who wins a reservation is decided by the condition of its update.
 */
public final class JdbcReservations {

    private static final String RESOLVE = """
            UPDATE billing.reservation r SET resolved_at = billing.clock(), state =
                CASE WHEN :nothing AND r.counted_output + r.counted_reasoning = 0 THEN 'released' ELSE 'settled' END
            FROM %s
            WHERE r.request_id = :id AND r.process_id = :process AND r.state IN ('reserved', 'estimated')
                AND v.id = r.price_version_id
            RETURNING r.*, %s""".formatted(PriceBookVersionRow.TABLES, PriceBookVersionRow.COLUMNS);
    private static final String GIVE_UP = """
            UPDATE billing.reservation r SET resolved_at = billing.clock(), state = 'expired'
            FROM %s
            WHERE r.request_id = :id AND r.state = 'estimated' AND v.id = r.price_version_id
            RETURNING r.*, %s""".formatted(PriceBookVersionRow.TABLES, PriceBookVersionRow.COLUMNS);
    private static final String FENCED =
            "NOT EXISTS (SELECT FROM billing.process p WHERE p.id = r.process_id AND p.epoch = r.epoch)";
    private static final String LOCK_ORPHAN =
            """
            SELECT r.*, %s FROM billing.reservation r, %s
            WHERE r.request_id = :id AND r.state = 'reserved' AND %s AND v.id = r.price_version_id
            FOR UPDATE OF r""".formatted(PriceBookVersionRow.COLUMNS, PriceBookVersionRow.TABLES, FENCED);
    private static final String HELD_WITH = """
            SELECT r.*, %s FROM billing.reservation r, %s
            WHERE r.request_id = :id AND r.nonce = :nonce AND r.state = 'reserved' AND v.id = r.price_version_id""".formatted(PriceBookVersionRow.COLUMNS, PriceBookVersionRow.TABLES);
    private static final int MOST_ORPHANS = 1_000;

    private final JdbcClient jdbc;

    public JdbcReservations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Who makes a reservation.
     *
     * @param processId the process that will resolve it; it holds it under the epoch that it is in
     * @param nonce the attempt, by which it knows its own reservation again when the reply to its commit was lost
     */
    public record Holder(UUID processId, UUID nonce) {}

    /**
     * Holds an amount for a request.
     *
     * @param candidate the reservation to make; its {@code reservedAt} is replaced by the database's clock
     * @return the reservation, or nothing where the request has a reservation or a usage row already
     */
    public Optional<Reservation> hold(Holder holder, Reservation candidate, @Nullable String modelSha256) {
        return jdbc.sql("""
                        INSERT INTO billing.reservation (request_id, tenant_id, project_id, api_key_id, end_user_hash,
                            model, price_version_id, currency, held_nanos, held_tokens, process_id, epoch, nonce, model_sha256)
                        SELECT :id, :tenant, :project, :apiKey, :endUser, :model, :priceVersion, :currency, :held, :heldTokens,
                            :process, coalesce((SELECT epoch FROM billing.process WHERE id = :process), 1), :nonce,
                            CAST(:modelSha256 AS text)
                        WHERE NOT EXISTS (SELECT FROM billing.usage WHERE request_id = :id)
                        ON CONFLICT (request_id) DO NOTHING RETURNING reserved_at""")
                .param("id", candidate.requestId())
                .params(CostAttributionRow.parameters(candidate.attribution()))
                .param("model", candidate.model())
                .param("priceVersion", candidate.price().id())
                .param("held", candidate.held().nanos())
                .param("heldTokens", candidate.heldTokens())
                .param("process", holder.processId())
                .param("nonce", holder.nonce())
                .param("modelSha256", modelSha256)
                .query(OffsetDateTime.class)
                .optional()
                .map(reservedAt -> candidate.reservedAt(reservedAt.toInstant()));
    }

    /** The request's reservation, where this attempt made it and it is still held. */
    public Optional<Reservation> heldWith(String requestId, UUID nonce) {
        return jdbc.sql(HELD_WITH)
                .param("id", requestId)
                .param("nonce", nonce)
                .query((row, number) -> read(row))
                .optional();
    }

    /**
     * Holds what {@code extended} says, and no less, and stores how far the request is.
     *
     * @return whether the request is still its process's own
     */
    public boolean extend(Reservation extended, MeasuredUsage counted) {
        return jdbc.sql("""
                        UPDATE billing.reservation r SET held_nanos = greatest(held_nanos, :held),
                            held_tokens = greatest(held_tokens, :heldTokens), counted_uncached_input = :uncachedInput,
                            counted_cached_input = :cachedInput, counted_output = :output, counted_reasoning = :reasoning
                        WHERE request_id = :id AND state = 'reserved' AND NOT\s""" + FENCED)
                        .param("id", extended.requestId())
                        .param("held", extended.held().nanos())
                        .param("heldTokens", extended.heldTokens())
                        .param("uncachedInput", counted.uncachedInput())
                        .param("cachedInput", counted.cachedInput())
                        .param("output", counted.output())
                        .param("reasoning", counted.reasoning())
                        .update()
                == 1;
    }

    /** Stores how far running requests of a process are; passes over what somebody else is changing at this moment. */
    public void checkpoint(UUID processId, Map<String, MeasuredUsage> counted) {
        jdbc.sql("""
                        WITH counted AS (
                            SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:uncachedInput AS bigint[]), CAST(:cachedInput AS bigint[]),
                                CAST(:output AS bigint[]), CAST(:reasoning AS bigint[])) AS c (id, uncached, cached, output, reasoning)
                        ), idle AS (
                            SELECT r.request_id FROM billing.reservation r JOIN counted c ON c.id = r.request_id
                            WHERE r.process_id = :process AND r.state = 'reserved' FOR NO KEY UPDATE OF r SKIP LOCKED
                        )
                        UPDATE billing.reservation r SET counted_uncached_input = c.uncached, counted_cached_input = c.cached,
                            counted_output = c.output, counted_reasoning = c.reasoning
                        FROM counted c JOIN idle i ON i.request_id = c.id WHERE r.request_id = c.id""")
                .param("process", processId)
                .param("ids", counted.keySet().toArray(String[]::new))
                .param("uncachedInput", part(counted, MeasuredUsage::uncachedInput))
                .param("cachedInput", part(counted, MeasuredUsage::cachedInput))
                .param("output", part(counted, MeasuredUsage::output))
                .param("reasoning", part(counted, MeasuredUsage::reasoning))
                .update();
    }

    private static Long[] part(Map<String, MeasuredUsage> counted, ToLongFunction<MeasuredUsage> part) {
        return counted.values().stream().map(part::applyAsLong).toArray(Long[]::new);
    }

    /** Where the request's reservation stands; nothing where it has none. */
    public Optional<ReservationState> stateOf(String requestId) {
        return jdbc.sql("SELECT state FROM billing.reservation WHERE request_id = :id")
                .param("id", requestId)
                .query(String.class)
                .optional()
                .map(ReservationState::ofWord);
    }

    /**
     * Ends a reservation that a process still holds, also where that was taken for dead; nothing where there is none. It is released where
     * nothing was used, else settled.
     */
    public Optional<ResolvedReservation> resolve(UUID processId, String requestId, boolean nothing) {
        return jdbc.sql(RESOLVE)
                .param("id", requestId)
                .param("process", processId)
                .param("nothing", nothing)
                .query((row, number) -> readResolved(row))
                .optional();
    }

    /** The requests for which a process holds something. */
    public List<String> heldBy(UUID processId) {
        return jdbc.sql("""
                        SELECT request_id FROM billing.reservation
                        WHERE process_id = :process AND state IN ('reserved', 'estimated')""")
                .param("process", processId)
                .query((row, number) -> row.getString("request_id"))
                .list();
    }

    /** Some of the requests that are held under an epoch that has passed, not yet estimated. */
    public List<String> orphans() {
        return jdbc.sql("SELECT r.request_id FROM billing.reservation r WHERE r.state = 'reserved' AND " + FENCED
                        + " ORDER BY r.request_id LIMIT :most")
                .param("most", MOST_ORPHANS)
                .query((row, number) -> row.getString("request_id"))
                .list();
    }

    /** Takes the engine's count for the checkpoint of a reservation, where one was stored and no settlement came behind it. */
    public void checkpointAtEngineCount(String requestId) {
        jdbc.sql("""
                        UPDATE billing.reservation r SET counted_uncached_input = e.uncached_input, counted_cached_input = e.cached_input,
                            counted_output = e.output, counted_reasoning = e.reasoning
                        FROM billing.engine_count e
                        WHERE r.request_id = :id AND e.request_id = r.request_id AND r.state = 'reserved' AND e.output IS NOT NULL""").param("id", requestId).update();
    }

    /** Requests that are estimated and still hold something, the oldest first. */
    public List<String> estimated(int most) {
        return jdbc.sql("""
                        SELECT request_id FROM billing.reservation WHERE state = 'estimated'
                        ORDER BY reserved_at, request_id LIMIT :most""")
                .param("most", most)
                .query((row, number) -> row.getString("request_id"))
                .list();
    }

    /** A reservation that is held under an epoch that has passed, locked until the transaction ends; nothing where it is not. */
    public Optional<ResolvedReservation> lockOrphan(String requestId) {
        return jdbc.sql(LOCK_ORPHAN)
                .param("id", requestId)
                .query((row, number) -> readResolved(row))
                .optional();
    }

    /** Marks a locked orphan: so much of it is billed, the rest is held on. */
    public void estimate(String requestId, Money billed, long tokens) {
        jdbc.sql("""
                        UPDATE billing.reservation SET state = 'estimated', estimated_at = billing.clock(),
                            estimated_nanos = :nanos, estimated_tokens = :tokens
                        WHERE request_id = :id AND state = 'reserved'""")
                .param("id", requestId)
                .param("nanos", billed.nanos())
                .param("tokens", tokens)
                .update();
    }

    /** Ends an estimated reservation at its estimate; nothing where it is not estimated. */
    public Optional<ResolvedReservation> giveUp(String requestId) {
        return jdbc.sql(GIVE_UP)
                .param("id", requestId)
                .query((row, number) -> readResolved(row))
                .optional();
    }

    private static ResolvedReservation readResolved(ResultSet row) throws SQLException {
        Reservation reservation = read(row);
        MeasuredUsage checkpoint = new MeasuredUsage(
                row.getLong("counted_uncached_input"),
                row.getLong("counted_cached_input"),
                row.getLong("counted_output"),
                row.getLong("counted_reasoning"));
        Money billed = new Money(
                row.getLong("estimated_nanos"), reservation.attribution().currency());
        return new ResolvedReservation(
                reservation,
                checkpoint.outputTokens() == 0 ? MeasuredUsage.NONE : checkpoint,
                billed,
                row.getLong("estimated_tokens"));
    }

    private static Reservation read(ResultSet row) throws SQLException {
        CostAttribution attribution = CostAttributionRow.read(row);
        PriceBookVersion price = PriceBookVersionRow.read(row);
        return new Reservation(
                row.getString("request_id"),
                attribution,
                row.getString("model"),
                new Money(row.getLong("held_nanos"), attribution.currency()),
                row.getLong("held_tokens"),
                price,
                row.getObject("reserved_at", OffsetDateTime.class).toInstant());
    }
}
