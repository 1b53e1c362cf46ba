package dev.perigee.billing.ledger;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.CostAttributionRow;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import dev.perigee.billing.pricing.PriceBookVersionRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The reservations in PostgreSQL.
 *
 * <p>Every method is one statement of the caller's transaction; who wins a reservation is decided by the condition of its update.
 */
public final class JdbcReservations {

    private static final String RESOLVE = """
            UPDATE billing.reservation r SET state = :state, resolved_at = billing.clock()
            FROM %s
            WHERE r.request_id = :id AND r.state = 'reserved' AND v.id = r.price_version_id
            RETURNING r.*, %s""".formatted(PriceBookVersionRow.TABLES, PriceBookVersionRow.COLUMNS);
    private static final String LOCK_EXPIRED = """
            SELECT r.*, %s FROM billing.reservation r, %s
            WHERE r.request_id = :id AND r.state = 'expired' AND v.id = r.price_version_id
            FOR UPDATE OF r""".formatted(PriceBookVersionRow.COLUMNS, PriceBookVersionRow.TABLES);

    private final JdbcClient jdbc;

    public JdbcReservations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Holds an amount for a request.
     *
     * @param processId the process that will resolve it
     * @param candidate the reservation to make; its {@code reservedAt} is replaced by the database's clock
     * @return the reservation, or nothing where the request has a reservation or a usage row already
     */
    public Optional<Reservation> hold(UUID processId, Reservation candidate, @Nullable String modelSha256) {
        return jdbc.sql("""
                        INSERT INTO billing.reservation (request_id, tenant_id, project_id, api_key_id, end_user_hash,
                            model, price_version_id, currency, held_nanos, held_tokens, process_id, model_sha256)
                        SELECT :id, :tenant, :project, :apiKey, :endUser, :model, :priceVersion, :currency, :held, :heldTokens,
                            :process, CAST(:modelSha256 AS text)
                        WHERE NOT EXISTS (SELECT FROM billing.usage WHERE request_id = :id)
                        ON CONFLICT (request_id) DO NOTHING RETURNING reserved_at""")
                .param("id", candidate.requestId())
                .params(CostAttributionRow.parameters(candidate.attribution()))
                .param("model", candidate.model())
                .param("priceVersion", candidate.price().id())
                .param("held", candidate.held().nanos())
                .param("heldTokens", candidate.heldTokens())
                .param("process", processId)
                .param("modelSha256", modelSha256)
                .query(OffsetDateTime.class)
                .optional()
                .map(reservedAt -> candidate.reservedAt(reservedAt.toInstant()));
    }

    /** Holds what {@code extended} says, and no less; whether the request is still running. */
    public boolean extend(Reservation extended) {
        return jdbc.sql("""
                        UPDATE billing.reservation SET held_nanos = greatest(held_nanos, :held),
                            held_tokens = greatest(held_tokens, :heldTokens)
                        WHERE request_id = :id AND state = 'reserved'""")
                        .param("id", extended.requestId())
                        .param("held", extended.held().nanos())
                        .param("heldTokens", extended.heldTokens())
                        .update()
                == 1;
    }

    /** Where the request's reservation stands; nothing where it has none. */
    public Optional<ReservationState> stateOf(String requestId) {
        return jdbc.sql("SELECT state FROM billing.reservation WHERE request_id = :id")
                .param("id", requestId)
                .query(String.class)
                .optional()
                .map(ReservationState::ofWord);
    }

    /** Ends a reservation that is still reserved; nothing where it is not, or does not exist. */
    public Optional<Reservation> resolve(String requestId, ReservationState end) {
        return jdbc.sql(RESOLVE)
                .param("id", requestId)
                .param("state", end.word())
                .query((row, number) -> read(row))
                .optional();
    }

    /** A reservation that has expired, locked until the transaction ends; nothing where it has not, or does not exist. */
    public Optional<Reservation> lockExpired(String requestId) {
        return jdbc.sql(LOCK_EXPIRED)
                .param("id", requestId)
                .query((row, number) -> read(row))
                .optional();
    }

    /** The requests for which a process holds something. */
    public List<String> heldBy(UUID processId) {
        return jdbc.sql("SELECT request_id FROM billing.reservation WHERE process_id = :process AND state = 'reserved'")
                .param("process", processId)
                .query((row, number) -> row.getString("request_id"))
                .list();
    }

    /** Expires what processes hold that have been dead for so long; returns how many reservations that were. */
    public int expireOrphans(Duration dead) {
        return jdbc.sql("""
                        UPDATE billing.reservation r SET state = 'expired', resolved_at = billing.clock()
                        WHERE r.state = 'reserved' AND NOT EXISTS (
                            SELECT FROM billing.process p WHERE p.id = r.process_id
                                AND p.lease_until + :millis * interval '1 ms' >= billing.clock())""").param("millis", dead.toMillis()).update();
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
