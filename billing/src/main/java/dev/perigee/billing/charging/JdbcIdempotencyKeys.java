package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.JdbcReservations;
import dev.perigee.billing.ledger.ReservationState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The idempotency keys in PostgreSQL, one request each.
 *
 * <p>Every method belongs to the caller's transaction: a key is taken together with the reservation, or not at all, and whoever asks for the same
 * key meanwhile waits for that. A key whose request was released, since it ended before its first token, can be taken again.
 */
public final class JdbcIdempotencyKeys {

    private final JdbcClient jdbc;
    private final JdbcReservations reservations;

    public JdbcIdempotencyKeys(JdbcClient jdbc, JdbcReservations reservations) {
        this.jdbc = jdbc;
        this.reservations = reservations;
    }

    private record Claim(String requestId, String bodyHash) {

        static Claim read(ResultSet row, int number) throws SQLException {
            return new Claim(row.getString("request_id"), row.getString("body_hash"));
        }
    }

    /** Takes the key for a request; tells why not where it is another request's. */
    Optional<Admission.RepeatedKey> claim(ChargeRequest request, IdempotencyKey key) {
        Map<String, Object> parameters = Map.of(
                "tenant", request.attribution().tenantId(),
                "key", key.keyHash(),
                "body", key.bodyHash(),
                "id", request.requestId());
        int taken = jdbc.sql("""
                        INSERT INTO billing.idempotency_key (tenant_id, key_hash, body_hash, request_id)
                        VALUES (:tenant, :key, :body, :id) ON CONFLICT (tenant_id, key_hash) DO NOTHING""").params(parameters).update();
        return taken == 1 ? Optional.empty() : claimFromOther(parameters, key);
    }

    /** Two statements: where the other request stands is read when nobody can take its key any more. */
    private Optional<Admission.RepeatedKey> claimFromOther(Map<String, Object> parameters, IdempotencyKey key) {
        Claim other = jdbc.sql("""
                        SELECT request_id, body_hash FROM billing.idempotency_key
                        WHERE tenant_id = :tenant AND key_hash = :key FOR UPDATE""").params(parameters).query(Claim::read).single();
        ReservationState state = reservations.stateOf(other.requestId()).orElse(ReservationState.RELEASED);
        if (state == ReservationState.RELEASED) {
            jdbc.sql("""
                            UPDATE billing.idempotency_key SET request_id = :id, body_hash = :body, claimed_at = billing.clock()
                            WHERE tenant_id = :tenant AND key_hash = :key""").params(parameters).update();
            return Optional.empty();
        }
        return Optional.of(new Admission.RepeatedKey(other.requestId(), repetition(other, key, state)));
    }

    private static Admission.Repetition repetition(Claim other, IdempotencyKey key, ReservationState state) {
        if (!other.bodyHash().equals(key.bodyHash())) {
            return Admission.Repetition.OF_ANOTHER_REQUEST;
        }
        return state == ReservationState.SETTLED
                ? Admission.Repetition.OF_A_BILLED_ONE
                : Admission.Repetition.OF_A_RUNNING_ONE;
    }
}
