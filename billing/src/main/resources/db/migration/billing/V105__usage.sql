-- What was measured: one row a request that ended or was refused. Tokens are disjoint parts.
CREATE TABLE billing.usage (
    request_id            text PRIMARY KEY CHECK (length(request_id) BETWEEN 1 AND 64),
    tenant_id             uuid NOT NULL,
    project_id            uuid NOT NULL,
    api_key_id            uuid NOT NULL,
    end_user_hash         text,
    model                 text NOT NULL CHECK (length(model) <= 200),
    outcome               text NOT NULL CHECK (outcome ~ '^[a-z_]{1,40}$'),
    refused               boolean NOT NULL,
    uncached_input_tokens bigint NOT NULL CHECK (uncached_input_tokens BETWEEN 0 AND 1000000000),
    cached_input_tokens   bigint NOT NULL CHECK (cached_input_tokens BETWEEN 0 AND 1000000000),
    output_tokens         bigint NOT NULL CHECK (output_tokens BETWEEN 0 AND 1000000000),
    reasoning_tokens      bigint NOT NULL CHECK (reasoning_tokens BETWEEN 0 AND 1000000000),
    price_version_id      uuid REFERENCES billing.price_book_version,
    currency              text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    cost_nanos            bigint NOT NULL CHECK (cost_nanos >= 0),
    occurred_at           timestamptz NOT NULL DEFAULT billing.clock(),
    recorded_at           timestamptz NOT NULL DEFAULT billing.clock(),
    -- What was refused used nothing; what used something has a price.
    CHECK (NOT refused OR uncached_input_tokens + cached_input_tokens + output_tokens + reasoning_tokens + cost_nanos = 0),
    CHECK (refused OR price_version_id IS NOT NULL)
);

CREATE INDEX usage_tenant_time ON billing.usage (tenant_id, occurred_at);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.usage
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
