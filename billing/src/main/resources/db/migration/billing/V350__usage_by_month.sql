-- Usage lies in one partition a month (UTC, by occurred_at), so that what is written today does not grow slower with what was written in years.
-- A charged request's occurred_at is its reservation's reserved_at: by both together its one row is found, in one partition.
SELECT isolation.enter_platform();

-- Requests that were refused before anything was reserved for them: each has one usage row, here is which.
CREATE TABLE billing.refused_request (
    request_id  text PRIMARY KEY CHECK (length(request_id) BETWEEN 1 AND 64),
    tenant_id   uuid NOT NULL,
    occurred_at timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.refused_request
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
SELECT isolation.protect('billing.refused_request');
INSERT INTO billing.refused_request
    SELECT request_id, tenant_id, occurred_at FROM billing.usage WHERE price_version_id IS NULL;

-- What is signed or invoiced was reserved.
ALTER TABLE billing.receipt
    DROP CONSTRAINT receipt_request_id_fkey,
    ADD CONSTRAINT receipt_request_id_fkey FOREIGN KEY (request_id) REFERENCES billing.reservation;
ALTER TABLE billing.invoiced_usage
    DROP CONSTRAINT invoiced_usage_request_id_fkey,
    ADD CONSTRAINT invoiced_usage_request_id_fkey FOREIGN KEY (request_id) REFERENCES billing.reservation;

ALTER TABLE billing.usage RENAME TO usage_of_all_months;
CREATE TABLE billing.usage (LIKE billing.usage_of_all_months INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    PARTITION BY RANGE (occurred_at);
SELECT isolation.protect('billing.usage');

-- A partition is reached through its table: by itself it shows no row to anybody, and loses none.
CREATE FUNCTION billing.close_usage_partition(partition text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE format('ALTER TABLE billing.%I ENABLE ROW LEVEL SECURITY', partition);
    EXECUTE format('ALTER TABLE billing.%I FORCE ROW LEVEL SECURITY', partition);
    EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON billing.%I
        FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change()', partition);
END
$$;

-- Opens a month's partition, where there is none; returns whether it did. Attached, not made in place: nobody who charges waits for that.
CREATE FUNCTION billing.open_usage_month(month date) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    partition text := 'usage_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass('billing.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE billing.%I (LIKE billing.usage INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    PERFORM billing.close_usage_partition(partition);
    EXECUTE format('ALTER TABLE billing.usage ATTACH PARTITION billing.%I FOR VALUES FROM (%L) TO (%L)', partition,
        month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
    RETURN true;
EXCEPTION WHEN check_violation THEN
    RAISE WARNING 'billing.usage_other has rows of %, which stay there: the month gets no partition of its own', to_char(month, 'YYYY-MM');
    RETURN false;
END
$$;

-- Opens this month and the next three, as their owner; the application calls it each day. Returns how many it opened.
CREATE FUNCTION billing.open_usage_months() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s'
    AS $$
DECLARE
    opened integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('perigee/usage-months', 0));
    FOR ahead IN 0..3 LOOP
        opened := opened + billing.open_usage_month(
            (date_trunc('month', billing.clock() AT TIME ZONE 'UTC') + ahead * interval '1 month')::date)::integer;
    END LOOP;
    RETURN opened;
END
$$;
REVOKE EXECUTE ON FUNCTION billing.close_usage_partition, billing.open_usage_month FROM PUBLIC;

-- For a month that nobody opened: a charge never fails for that.
CREATE TABLE billing.usage_other PARTITION OF billing.usage DEFAULT;
SELECT billing.close_usage_partition('usage_other');
SELECT billing.open_usage_months();
SELECT billing.open_usage_month(month::date)
    FROM (SELECT DISTINCT date_trunc('month', occurred_at AT TIME ZONE 'UTC') AS month FROM billing.usage_of_all_months) AS used;

-- The rows, then everything that stood at the table, in the same words; only the key is another.
DO $$
DECLARE
    statements text[];
    each text;
BEGIN
    SELECT array_agg(definition) INTO statements FROM (
        SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
            WHERE tgrelid = 'billing.usage_of_all_months'::regclass AND NOT tgisinternal
        UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = 'billing.usage_of_all_months'::regclass AND NOT indisprimary
        UNION ALL SELECT format('ALTER TABLE billing.usage_of_all_months ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE conrelid = 'billing.usage_of_all_months'::regclass AND contype = 'f') AS found;
    INSERT INTO billing.usage SELECT * FROM billing.usage_of_all_months;
    DROP TABLE billing.usage_of_all_months;
    FOREACH each IN ARRAY statements LOOP
        EXECUTE replace(each, 'billing.usage_of_all_months', 'billing.usage');
    END LOOP;
END
$$;
ALTER TABLE billing.usage ADD PRIMARY KEY (request_id, occurred_at);

-- One row a request, in all months together.
CREATE FUNCTION billing.check_one_usage() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.price_version_id IS NULL THEN
        INSERT INTO billing.refused_request VALUES (NEW.request_id, NEW.tenant_id, NEW.occurred_at) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    ELSIF EXISTS (
            SELECT FROM billing.reservation r WHERE r.request_id = NEW.request_id AND r.reserved_at <> NEW.occurred_at) THEN
        RAISE EXCEPTION 'usage of request % is not of the moment of its reservation', NEW.request_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER one_row BEFORE INSERT ON billing.usage FOR EACH ROW EXECUTE FUNCTION billing.check_one_usage();
