-- A running platform. It is dead once its lease has ended.
CREATE TABLE billing.process (
    id          uuid PRIMARY KEY,
    started_at  timestamptz NOT NULL DEFAULT billing.clock(),
    lease_until timestamptz NOT NULL
);

CREATE TABLE billing.reservation (
    request_id       text PRIMARY KEY CHECK (length(request_id) BETWEEN 1 AND 64),
    tenant_id        uuid NOT NULL,
    project_id       uuid NOT NULL,
    api_key_id       uuid NOT NULL,
    end_user_hash    text,
    model            text NOT NULL,
    price_version_id uuid NOT NULL REFERENCES billing.price_book_version,
    currency         text NOT NULL,
    held_nanos       bigint NOT NULL CHECK (held_nanos >= 0),
    process_id       uuid NOT NULL,
    state            text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'settled', 'released', 'expired')),
    reserved_at      timestamptz NOT NULL DEFAULT billing.clock(),
    resolved_at      timestamptz,
    CHECK ((state = 'reserved') = (resolved_at IS NULL))
);

CREATE INDEX reservation_open ON billing.reservation (process_id) WHERE state = 'reserved';

-- The one change that a reservation can see: from reserved to an end, once.
CREATE FUNCTION billing.check_resolution() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    resolved billing.reservation := OLD;
BEGIN
    resolved.state := NEW.state;
    resolved.resolved_at := NEW.resolved_at;
    IF OLD.state <> 'reserved' OR NEW.state = 'reserved' OR NEW IS DISTINCT FROM resolved THEN
        RAISE EXCEPTION 'reservation % is %, this change is refused', OLD.request_id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER resolved_once BEFORE UPDATE ON billing.reservation
    FOR EACH ROW EXECUTE FUNCTION billing.check_resolution();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON billing.reservation
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
