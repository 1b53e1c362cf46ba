package dev.perigee.billing.ledger;

import dev.perigee.billing.batch.Rows;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.CostAttributionRow;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.MeasuredUsageRow;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import dev.perigee.billing.pricing.PriceBookVersionRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
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
                CASE WHEN q.nothing AND r.counted_output + r.counted_reasoning = 0 THEN 'released' ELSE 'settled' END
            FROM unnest(CAST(:ids AS text[]), CAST(:processes AS uuid[]), CAST(:nothing AS boolean[])) AS q (id, process, nothing), %s
            WHERE r.request_id = q.id AND r.process_id = q.process AND r.state IN ('reserved', 'estimated')
                AND v.id = r.price_version_id
            RETURNING r.*, %s""".formatted(PriceBookVersionRow.TABLES, PriceBookVersionRow.COLUMNS);
    private static final String GIVE_UP = """
            UPDATE billing.reservation r SET resolved_at = billing.clock(),
                state = CASE WHEN e.tokens > r.estimated_tokens THEN 'settled' ELSE 'expired' END
            FROM billing.engine_count e, %s
            WHERE r.request_id = :id AND r.state = 'estimated' AND e.request_id = r.request_id AND v.id = r.price_version_id
            RETURNING r.*, e.uncached_input, e.cached_input, e.output, e.reasoning, %s""".formatted(PriceBookVersionRow.TABLES, PriceBookVersionRow.COLUMNS);
    private static final String FENCED =
            "NOT EXISTS (SELECT FROM billing.process p WHERE p.id = r.process_id AND p.epoch = r.epoch)";
    private static final String LOCK_ORPHAN =
            """
            SELECT r.*, %s FROM billing.reservation r, %s
            WHERE r.request_id = :id AND r.state = 'reserved' AND %s AND v.id = r.price_version_id
            FOR UPDATE OF r""".formatted(PriceBookVersionRow.COLUMNS, PriceBookVersionRow.TABLES, FENCED);
    private static final String HOLD = """
            INSERT INTO billing.reservation (request_id, tenant_id, project_id, api_key_id, end_user_hash,
                model, price_version_id, currency, held_nanos, held_tokens, process_id, epoch, nonce, model_sha256)
            SELECT q.id, q.tenant, q.project, q.api_key, q.end_user, q.model, q.price_version, q.currency, q.held, q.held_tokens,
                :process, coalesce((SELECT epoch FROM billing.process WHERE id = :process), 1), q.nonce, q.model_sha256
            FROM unnest(CAST(:ids AS text[]), CAST(:tenants AS uuid[]), CAST(:projects AS uuid[]), CAST(:apiKeys AS uuid[]),
                    CAST(:endUsers AS text[]), CAST(:models AS text[]), CAST(:priceVersions AS uuid[]), CAST(:currencies AS text[]),
                    CAST(:held AS bigint[]), CAST(:heldTokens AS bigint[]), CAST(:nonces AS uuid[]), CAST(:modelSha256 AS text[]))
                AS q (id, tenant, project, api_key, end_user, model, price_version, currency, held, held_tokens, nonce, model_sha256)
            WHERE (SELECT true FROM billing.refused_request u WHERE u.request_id = q.id) IS NULL
            ON CONFLICT (request_id) DO NOTHING RETURNING request_id, reserved_at""";
    private static final String HELD_WITH = """
            SELECT r.*, %s FROM billing.reservation r, %s
            WHERE r.request_id = :id AND r.nonce = :nonce AND r.state = 'reserved' AND v.id = r.price_version_id""".formatted(PriceBookVersionRow.COLUMNS, PriceBookVersionRow.TABLES);
    private static final int MOST_ORPHANS = 1_000;

    private final JdbcClient jdbc;

    public JdbcReservations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A reservation to make.
     *
     * @param reservation what is held; its {@code reservedAt} is replaced by the database's clock
     * @param nonce the attempt, by which it knows its own reservation again when the reply to its commit was lost
     * @param modelSha256 SHA-256 of the weights that will answer, or {@code null} where it is not known
     */
    public record Candidate(
            Reservation reservation, UUID nonce, @Nullable String modelSha256) {}

    /**
     * Holds amounts for requests.
     *
     * @param processId the process that will resolve them; it holds them under the epoch that it is in
     * @return the reservations by their requests, without those whose request has a reservation already, or was refused
     */
    public Map<String, Reservation> hold(UUID processId, List<Candidate> candidates) {
        if (candidates.isEmpty()) {
            return Map.of();
        }
        Map<String, Reservation> wanted = candidates.stream()
                .map(Candidate::reservation)
                .collect(Collectors.toMap(Reservation::requestId, reservation -> reservation));
        Map<String, Reservation> held = new HashMap<>();
        jdbc.sql(HOLD).param("process", processId).params(columns(candidates)).query(row -> {
            Reservation own = Objects.requireNonNull(wanted.get(row.getString("request_id")));
            Instant reservedAt =
                    row.getObject("reserved_at", OffsetDateTime.class).toInstant();
            held.put(own.requestId(), own.reservedAt(reservedAt));
        });
        return held;
    }

    private static Map<String, Object> columns(List<Candidate> candidates) {
        Rows<Candidate> rows = Rows.of(candidates)
                .texts("ids", each -> each.reservation().requestId())
                .texts("models", each -> each.reservation().model())
                .texts("priceVersions", each -> each.reservation().price().id())
                .numbers("held", each -> each.reservation().held().nanos())
                .numbers("heldTokens", each -> each.reservation().heldTokens())
                .texts("nonces", Candidate::nonce)
                .texts("modelSha256", Candidate::modelSha256);
        return CostAttributionRow.columns(rows, each -> each.reservation().attribution())
                .parameters();
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
                .params(MeasuredUsageRow.columns(Rows.of(counted.entrySet()), Map.Entry::getValue)
                        .texts("ids", Map.Entry::getKey)
                        .parameters())
                .update();
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
     * A reservation to end.
     *
     * @param processId the process that holds it
     * @param requestId the request
     * @param nothing whether nothing was used; it is released then
     */
    public record Ending(UUID processId, String requestId, boolean nothing) {}

    /**
     * Ends reservations that their processes still hold, also where these were taken for dead: released where nothing was used, else settled.
     *
     * @return those that were ended, by their requests
     */
    public Map<String, ResolvedReservation> resolve(List<Ending> endings) {
        return jdbc
                .sql(RESOLVE)
                .params(Rows.of(endings)
                        .texts("ids", Ending::requestId)
                        .texts("processes", Ending::processId)
                        .truths("nothing", Ending::nothing)
                        .parameters())
                .query((row, number) -> readResolved(row))
                .list()
                .stream()
                .collect(Collectors.toMap(resolved -> resolved.reservation().requestId(), resolved -> resolved));
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

    /**
     * Ends an estimated reservation, whose engine count is stored, at its estimate, or at that count where it came behind the estimate and says
     * more. Nothing where it is not estimated.
     */
    public Optional<EndedEstimate> giveUp(String requestId) {
        return jdbc.sql(GIVE_UP)
                .param("id", requestId)
                .query((row, number) -> readEnded(row))
                .optional();
    }

    private static EndedEstimate readEnded(ResultSet row) throws SQLException {
        ResolvedReservation resolved = readResolved(row);
        boolean counted = ReservationState.ofWord(row.getString("state")) == ReservationState.SETTLED;
        return new EndedEstimate(resolved, resolved.atLeastCheckpoint(readTokens(row, "")), counted);
    }

    private static ResolvedReservation readResolved(ResultSet row) throws SQLException {
        Reservation reservation = read(row);
        MeasuredUsage checkpoint = readTokens(row, "counted_");
        Money billed = new Money(
                row.getLong("estimated_nanos"), reservation.attribution().currency());
        return new ResolvedReservation(
                reservation,
                checkpoint.outputTokens() == 0 ? MeasuredUsage.NONE : checkpoint,
                billed,
                row.getLong("estimated_tokens"));
    }

    private static MeasuredUsage readTokens(ResultSet row, String prefix) throws SQLException {
        return new MeasuredUsage(
                row.getLong(prefix + "uncached_input"),
                row.getLong(prefix + "cached_input"),
                row.getLong(prefix + "output"),
                row.getLong(prefix + "reasoning"));
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
