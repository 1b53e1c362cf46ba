-- Signed receipts: one for each request that was settled, chained by tenant in the order of signing.
CREATE TABLE billing.receipt_key (
    id         text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),
    -- the 32 bytes of an Ed25519 public key
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    since      timestamptz NOT NULL DEFAULT billing.clock()
);

CREATE TABLE billing.receipt (
    request_id text PRIMARY KEY REFERENCES billing.usage,
    tenant_id  uuid NOT NULL,
    number     bigint NOT NULL CHECK (number >= 1),
    -- canonical JSON, signature included: kept as text, for its bytes count
    receipt    text NOT NULL,
    UNIQUE (tenant_id, number)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.receipt_key
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.receipt
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();

-- What waits to be signed: written with the usage, so that nothing is left out.
CREATE TABLE billing.receipt_pending (
    request_id text PRIMARY KEY,
    tenant_id  uuid NOT NULL
);
CREATE INDEX receipt_pending_by_tenant ON billing.receipt_pending (tenant_id);

CREATE FUNCTION billing.await_receipt() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO billing.receipt_pending VALUES (NEW.request_id, NEW.tenant_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER receipt AFTER INSERT ON billing.usage
    FOR EACH ROW WHEN (NOT NEW.refused) EXECUTE FUNCTION billing.await_receipt();

INSERT INTO billing.receipt_pending SELECT request_id, tenant_id FROM billing.usage WHERE NOT refused;
