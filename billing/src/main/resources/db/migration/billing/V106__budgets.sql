-- What a running request holds in tokens, beside what it holds in money.
ALTER TABLE billing.reservation ADD COLUMN held_tokens bigint NOT NULL DEFAULT 0 CHECK (held_tokens >= 0);
CREATE INDEX reservation_open_by_tenant ON billing.reservation (tenant_id) WHERE state = 'reserved';

-- Amounts are nano-units of the currency, or tokens where there is none.
CREATE TABLE billing.budget (
    id           uuid PRIMARY KEY,
    tenant_id    uuid NOT NULL,
    scope        text NOT NULL CHECK (scope IN ('api_key', 'project', 'tenant')),
    scope_id     uuid NOT NULL,
    period       text NOT NULL CHECK (period IN ('total', 'day', 'month')),
    currency     text CHECK (currency ~ '^[A-Z]{3}$'),
    limit_amount bigint NOT NULL CHECK (limit_amount >= 0),
    mode         text NOT NULL CHECK (mode IN ('hard', 'shadow')),
    time_zone    text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT billing.clock(),
    UNIQUE NULLS NOT DISTINCT (scope, scope_id, period, currency, mode)
);
CREATE INDEX budget_by_tenant ON billing.budget (tenant_id);

-- What was settled in one period of a budget. What is reserved is not stored: it is what the open reservations hold.
CREATE TABLE billing.budget_window (
    budget_id uuid NOT NULL REFERENCES billing.budget ON DELETE CASCADE,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL CHECK (ends_at > starts_at),
    settled   bigint NOT NULL CHECK (settled >= 0),
    PRIMARY KEY (budget_id, starts_at)
);
