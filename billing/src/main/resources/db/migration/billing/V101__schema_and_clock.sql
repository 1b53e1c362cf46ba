CREATE SCHEMA billing;

-- The clock that admission, leases and dated prices go by. A test may replace it to travel; nothing else may.
CREATE FUNCTION billing.clock() RETURNS timestamptz
    LANGUAGE sql STABLE
    AS 'SELECT transaction_timestamp()';

-- What an append-only table answers to UPDATE, DELETE and TRUNCATE.
CREATE FUNCTION billing.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'billing.% is append-only, % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
