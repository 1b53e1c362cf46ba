-- Whose rows a session sees: the second wall between tenants, behind the conditions in the statements. The application's role owns nothing here;
-- a session says for whom it works by the setting perigee.scope, which only who knows the signing key can make valid.
CREATE SCHEMA isolation;

-- Read by the owner alone. Each half fills one input block of SHA-256.
CREATE TABLE isolation.signing_key (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    inner_key bytea NOT NULL CHECK (length(inner_key) = 64),
    outer_key bytea NOT NULL CHECK (length(outer_key) = 64)
);
INSERT INTO isolation.signing_key (inner_key, outer_key)
    SELECT string_agg(uuid_send(gen_random_uuid()), ''), string_agg(uuid_send(gen_random_uuid()), '') FROM generate_series(1, 4);

-- What stands behind the scope in perigee.scope: the form of HMAC over scope and server process, so that a setting that was seen in one session
-- is worth nothing in another.
CREATE FUNCTION isolation.signature(key isolation.signing_key, scope text) RETURNS text
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN encode(sha256(key.outer_key || sha256(key.inner_key || convert_to(scope || '/' || pg_backend_pid(), 'UTF8'))), 'hex');

-- The tenant for whom this session works; the nil UUID for the platform itself, null where it does not say so validly. Its body is bound to what
-- it names when it is created, so that no search path leads it astray.
CREATE FUNCTION isolation.scope() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    RETURN (
        SELECT CASE WHEN isolation.signature(k, left(s.said, 36)) = substr(s.said, 38) THEN left(s.said, 36)::uuid END
        FROM isolation.signing_key k, (VALUES (current_setting('perigee.scope', true))) AS s (said));

-- Lets the owner's session work for the platform until the transaction ends: what a migration begins with that reads or writes tenants' rows.
CREATE FUNCTION isolation.enter_platform() RETURNS void
    LANGUAGE sql
    AS $$
SELECT set_config('perigee.scope', nil || ':' || isolation.signature(k, nil), true)
FROM isolation.signing_key k, (VALUES ('00000000-0000-0000-0000-000000000000')) AS scope (nil)
$$;
REVOKE EXECUTE ON FUNCTION isolation.enter_platform FROM PUBLIC;

-- Shows the rows of a table to their tenant and to the platform only. A row without tenant_id belongs to whoever sees what it points to:
-- that is the condition then.
CREATE FUNCTION isolation.protect(target regclass, condition text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY tenant ON %s USING (%s)', target, CASE WHEN condition IS NULL
        THEN '(SELECT isolation.scope()) = ANY (ARRAY[tenant_id, ''00000000-0000-0000-0000-000000000000''])'
        ELSE '(SELECT isolation.scope()) = ''00000000-0000-0000-0000-000000000000'' OR (' || condition || ')' END);
END
$$;
REVOKE EXECUTE ON FUNCTION isolation.protect FROM PUBLIC;

-- Tables that hold nothing of any tenant. Every other one must be protected.
CREATE TABLE isolation.shared_table (
    name   text PRIMARY KEY,
    reason text NOT NULL
);

-- Tables that show their rows to everybody, or to their owner, and are not meant to.
CREATE FUNCTION isolation.unprotected() RETURNS SETOF text
    LANGUAGE sql STABLE
    AS $$
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('billing', 'platform') AND c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'))
    AND NOT EXISTS (SELECT FROM isolation.shared_table s WHERE s.name = n.nspname || '.' || c.relname)
ORDER BY 1
$$;

-- Lets a role do what the application does, and no more: no table is its own, append-only ones take nothing but new rows, none that is kept
-- loses any, partitions are reached through their table. Run after every migration.
CREATE FUNCTION isolation.admit(application name) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT nspname FROM pg_namespace WHERE nspname IN ('billing', 'platform', 'isolation') LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', found.nspname, application);
    END LOOP;
    FOR found IN SELECT c.oid::regclass AS target,
            EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only') AS append_only,
            EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname IN ('append_only', 'never_deleted')) AS kept
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('billing', 'platform') AND c.relkind IN ('r', 'p') AND NOT c.relispartition LOOP
        EXECUTE format('GRANT SELECT, INSERT%s%s ON %s TO %I', CASE WHEN found.append_only THEN '' ELSE ', UPDATE' END,
            CASE WHEN found.kept THEN '' ELSE ', DELETE' END, found.target, application);
    END LOOP;
    EXECUTE format('GRANT SELECT ON isolation.shared_table TO %I', application);
END
$$;
REVOKE EXECUTE ON FUNCTION isolation.admit FROM PUBLIC;

INSERT INTO isolation.shared_table VALUES
    ('billing.price_book', 'prices are of the platform, the same for all tenants'),
    ('billing.price_book_version', 'prices are of the platform, the same for all tenants'),
    ('billing.process', 'running platforms'),
    ('billing.invoice_number', 'the last numbers, of all tenants'' documents together'),
    ('billing.receipt_key', 'public keys');

SELECT isolation.protect(target) FROM unnest(ARRAY['billing.reservation', 'billing.usage', 'billing.account', 'billing.budget',
    'billing.invoice', 'billing.receipt', 'billing.receipt_pending']::regclass[]) AS target;

SELECT isolation.protect('billing.budget_window', '(SELECT true FROM billing.budget b WHERE b.id = budget_id)');
SELECT isolation.protect('billing.ledger_entry', '(SELECT true FROM billing.account a WHERE a.id = account_id)');
SELECT isolation.protect('billing.ledger_transaction', $$
    (SELECT true FROM billing.reservation r WHERE r.request_id = ledger_transaction.request_id)
    OR (SELECT true FROM billing.invoice i WHERE i.id::text = ledger_transaction.request_id)$$);
SELECT isolation.protect('billing.engine_count',
    '(SELECT true FROM billing.reservation r WHERE r.request_id = engine_count.request_id)');
SELECT isolation.protect('billing.invoiced_usage', '(SELECT true FROM billing.invoice i WHERE i.id = invoice_id)');
