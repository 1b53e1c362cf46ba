-- A process that comes back after others took it for dead has an old epoch: what it holds under that is no longer its own to renew.
ALTER TABLE billing.process
    ADD COLUMN epoch bigint NOT NULL DEFAULT 1 CHECK (epoch >= 1),
    ADD COLUMN living_since timestamptz NOT NULL DEFAULT billing.clock();

-- Reservations know their owner's epoch, the attempt that made them, and from time to time how far they are. When their owner dies, that much
-- is billed as an estimate; the rest stays held until its journal is replayed (then it is settled exactly) or an administrator gives it up.
ALTER TABLE billing.reservation
    ADD COLUMN epoch bigint NOT NULL DEFAULT 1,
    ADD COLUMN nonce uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN counted_uncached_input bigint NOT NULL DEFAULT 0,
    ADD COLUMN counted_cached_input bigint NOT NULL DEFAULT 0,
    ADD COLUMN counted_output bigint NOT NULL DEFAULT 0,
    ADD COLUMN counted_reasoning bigint NOT NULL DEFAULT 0,
    ADD COLUMN estimated_at timestamptz,
    ADD COLUMN estimated_tokens bigint NOT NULL DEFAULT 0 CHECK (estimated_tokens BETWEEN 0 AND held_tokens),
    ADD COLUMN estimated_nanos bigint NOT NULL DEFAULT 0 CHECK (estimated_nanos BETWEEN 0 AND held_nanos),
    DROP CONSTRAINT reservation_state_check,
    DROP CONSTRAINT reservation_check,
    ADD CONSTRAINT reservation_state_check CHECK (state IN ('reserved', 'estimated', 'settled', 'released', 'expired')),
    ADD CONSTRAINT reservation_resolved_check CHECK ((state IN ('reserved', 'estimated')) = (resolved_at IS NULL)),
    ADD CONSTRAINT reservation_estimate_check CHECK ((state = 'estimated') <= (estimated_at IS NOT NULL)
        AND (estimated_tokens + estimated_nanos = 0 OR estimated_at IS NOT NULL));

DROP INDEX billing.reservation_open;
DROP INDEX billing.reservation_open_by_tenant;
CREATE INDEX reservation_open ON billing.reservation (process_id) WHERE state IN ('reserved', 'estimated');
CREATE INDEX reservation_open_by_tenant ON billing.reservation (tenant_id) WHERE state IN ('reserved', 'estimated');

-- reserved: holds and counts more; is estimated, settled or released. estimated: is settled or released, or expires when it is given up.
CREATE OR REPLACE FUNCTION billing.check_resolution() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    allowed billing.reservation := OLD;
BEGIN
    IF OLD.state = 'reserved' AND NEW.state = 'reserved' THEN
        allowed.held_nanos := greatest(OLD.held_nanos, NEW.held_nanos);
        allowed.held_tokens := greatest(OLD.held_tokens, NEW.held_tokens);
        allowed.counted_uncached_input := NEW.counted_uncached_input;
        allowed.counted_cached_input := NEW.counted_cached_input;
        allowed.counted_output := greatest(OLD.counted_output, NEW.counted_output);
        allowed.counted_reasoning := greatest(OLD.counted_reasoning, NEW.counted_reasoning);
    ELSIF OLD.state = 'reserved' AND NEW.state = 'estimated' THEN
        allowed.state := NEW.state;
        allowed.estimated_at := NEW.estimated_at;
        allowed.estimated_tokens := NEW.estimated_tokens;
        allowed.estimated_nanos := NEW.estimated_nanos;
    ELSIF OLD.state = 'reserved' AND NEW.state IN ('settled', 'released') OR OLD.state = 'estimated' THEN
        allowed.state := NEW.state;
        allowed.resolved_at := NEW.resolved_at;
    END IF;
    IF NEW IS DISTINCT FROM allowed OR NEW.state = 'reserved' AND OLD.state <> 'reserved' THEN
        RAISE EXCEPTION 'reservation % is %, this change is refused', OLD.request_id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Usage is written once; an estimate is corrected once, upwards, when the journal of its dead process is found.
ALTER TABLE billing.usage ADD COLUMN estimated boolean NOT NULL DEFAULT false;

CREATE FUNCTION billing.check_correction() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    corrected billing.usage := OLD;
BEGIN
    corrected.outcome := NEW.outcome;
    corrected.uncached_input_tokens := greatest(OLD.uncached_input_tokens, NEW.uncached_input_tokens);
    corrected.cached_input_tokens := greatest(OLD.cached_input_tokens, NEW.cached_input_tokens);
    corrected.output_tokens := greatest(OLD.output_tokens, NEW.output_tokens);
    corrected.reasoning_tokens := greatest(OLD.reasoning_tokens, NEW.reasoning_tokens);
    corrected.cost_nanos := greatest(OLD.cost_nanos, NEW.cost_nanos);
    corrected.recorded_at := NEW.recorded_at;
    corrected.estimated := false;
    IF NOT OLD.estimated OR NEW IS DISTINCT FROM corrected THEN
        RAISE EXCEPTION 'billing.usage is append-only, UPDATE is refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

DROP TRIGGER append_only ON billing.usage;
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON billing.usage
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
CREATE TRIGGER corrected_once BEFORE UPDATE ON billing.usage FOR EACH ROW EXECUTE FUNCTION billing.check_correction();
DROP TRIGGER held ON billing.usage;
CREATE TRIGGER held BEFORE INSERT OR UPDATE ON billing.usage
    FOR EACH ROW EXECUTE FUNCTION billing.check_usage_is_held();

-- A receipt is due when the usage is final: exact, or given up.
DROP TRIGGER receipt ON billing.usage;
CREATE TRIGGER receipt AFTER INSERT ON billing.usage
    FOR EACH ROW WHEN (NOT NEW.refused AND NOT NEW.estimated) EXECUTE FUNCTION billing.await_receipt();
CREATE TRIGGER receipt_of_correction AFTER UPDATE ON billing.usage
    FOR EACH ROW EXECUTE FUNCTION billing.await_receipt();
CREATE TRIGGER receipt_of_estimate AFTER UPDATE ON billing.reservation
    FOR EACH ROW WHEN (NEW.state = 'expired') EXECUTE FUNCTION billing.await_receipt();

-- An estimate is posted on its own; the settlement then posts what is missing, also where that is nothing.
ALTER TABLE billing.ledger_transaction DROP CONSTRAINT ledger_transaction_kind_check;
ALTER TABLE billing.ledger_transaction ADD CONSTRAINT ledger_transaction_kind_check
    CHECK (kind IN ('estimate', 'settlement', 'invoice', 'credit_note'));

CREATE OR REPLACE FUNCTION billing.check_entries() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    posted bigint;
    counted bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM billing.ledger_entry WHERE transaction_id = NEW.id) THEN
        RAISE EXCEPTION 'ledger transaction % has no entries', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind NOT IN ('estimate', 'settlement') THEN
        RETURN NULL;
    END IF;
    SELECT sum(greatest(e.nanos, 0)), sum(t.tokens) FILTER (WHERE e.line = 1) INTO posted, counted
        FROM billing.ledger_transaction t JOIN billing.ledger_entry e ON e.transaction_id = t.id
        WHERE t.kind IN ('estimate', 'settlement') AND t.request_id = NEW.request_id;
    IF EXISTS (SELECT FROM billing.reservation r
               WHERE r.request_id = NEW.request_id AND (counted > r.held_tokens OR posted > r.held_nanos)) THEN
        RAISE EXCEPTION 'ledger transaction % settles more than request % held', NEW.id, NEW.request_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- The engine's count in its parts: where it was stored and the settlement behind it was not, it is the last checkpoint.
ALTER TABLE billing.engine_count
    ADD COLUMN uncached_input bigint,
    ADD COLUMN cached_input bigint,
    ADD COLUMN output bigint,
    ADD COLUMN reasoning bigint;
