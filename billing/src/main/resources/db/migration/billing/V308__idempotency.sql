-- Which request holds a tenant's idempotency key. Kept for ever, as charges are: only hashes, made with the platform's own key.
CREATE TABLE billing.idempotency_key (
    tenant_id  uuid NOT NULL,
    key_hash   text NOT NULL CHECK (key_hash ~ '^[0-9a-f]{64}$'),
    body_hash  text NOT NULL CHECK (body_hash ~ '^[0-9a-f]{64}$'),
    request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 64),
    claimed_at timestamptz NOT NULL DEFAULT billing.clock(),
    PRIMARY KEY (tenant_id, key_hash)
);
SELECT isolation.protect('billing.idempotency_key');
