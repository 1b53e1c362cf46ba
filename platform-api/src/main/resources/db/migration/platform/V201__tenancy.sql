-- Tenants, their projects, and which server key the hashes here belong to.
CREATE SCHEMA IF NOT EXISTS platform;

CREATE TABLE platform.server_key (
    only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    fingerprint text NOT NULL
);

-- What is deleted stays, out of sight: charges point to it.
CREATE TABLE platform.tenant (
    id                 uuid PRIMARY KEY,
    name               text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    time_zone          text NOT NULL,
    currency           text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    default_project_id uuid NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz
);
CREATE INDEX tenant_by_age ON platform.tenant (created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE platform.project (
    id         uuid PRIMARY KEY,
    tenant_id  uuid NOT NULL REFERENCES platform.tenant DEFERRABLE INITIALLY DEFERRED,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE INDEX project_by_tenant ON platform.project (tenant_id, created_at, id);

ALTER TABLE platform.tenant
    ADD FOREIGN KEY (default_project_id) REFERENCES platform.project DEFERRABLE INITIALLY DEFERRED;
