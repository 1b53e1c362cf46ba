-- What a running request holds may grow, tranche by tranche, until it is resolved once.
CREATE OR REPLACE FUNCTION billing.check_resolution() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    allowed billing.reservation := OLD;
BEGIN
    IF OLD.state = 'reserved' AND NEW.state = 'reserved' THEN
        allowed.held_nanos := greatest(OLD.held_nanos, NEW.held_nanos);
        allowed.held_tokens := greatest(OLD.held_tokens, NEW.held_tokens);
    ELSIF OLD.state = 'reserved' THEN
        allowed.state := NEW.state;
        allowed.resolved_at := NEW.resolved_at;
    END IF;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'reservation % is %, this change is refused', OLD.request_id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- What is recorded and posted of a request is never more than it held.
CREATE FUNCTION billing.check_usage_is_held() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    used bigint := NEW.uncached_input_tokens + NEW.cached_input_tokens + NEW.output_tokens + NEW.reasoning_tokens;
BEGIN
    IF EXISTS (SELECT FROM billing.reservation r
               WHERE r.request_id = NEW.request_id AND (used > r.held_tokens OR NEW.cost_nanos > r.held_nanos)) THEN
        RAISE EXCEPTION 'usage of request % is more than it held', NEW.request_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER held BEFORE INSERT ON billing.usage FOR EACH ROW EXECUTE FUNCTION billing.check_usage_is_held();

CREATE OR REPLACE FUNCTION billing.check_entries() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    posted bigint;
BEGIN
    SELECT sum(greatest(nanos, 0)) INTO posted FROM billing.ledger_entry WHERE transaction_id = NEW.id;
    IF posted IS NULL THEN
        RAISE EXCEPTION 'ledger transaction % has no entries', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM billing.reservation r
               WHERE r.request_id = NEW.request_id AND (NEW.tokens > r.held_tokens OR posted > r.held_nanos)) THEN
        RAISE EXCEPTION 'ledger transaction % settles more than request % held', NEW.id, NEW.request_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
