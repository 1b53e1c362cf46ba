-- Credentials of the data plane: keyed hashes only. Tenants and projects are identifiers here.
CREATE TABLE platform.api_key (
    id           uuid PRIMARY KEY,
    tenant_id    uuid NOT NULL,
    project_id   uuid NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    prefix       text NOT NULL UNIQUE CHECK (prefix ~ '^pgk_[0-9A-Za-z]{12}$'),
    key_hash     bytea NOT NULL CHECK (length(key_hash) = 32),
    models       text[] NOT NULL,
    scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_key_by_tenant ON platform.api_key (tenant_id, created_at, id);
