-- The clock of rates: billing's, read at this moment instead of at the beginning of the transaction, since whoever waited for a row decides
-- by the time at which it got it. Who moves billing.clock() moves this one too.
CREATE FUNCTION platform.clock() RETURNS timestamptz
    LANGUAGE sql VOLATILE
    AS 'SELECT billing.clock() + (clock_timestamp() - transaction_timestamp())';

-- Limits and what is used of them. A backlog is in 60 millionths of a request or token: the limit drains it, so much a microsecond.
CREATE TABLE platform.quota (
    scope               text NOT NULL CHECK (scope IN ('api_key', 'project', 'tenant')),
    scope_id            uuid NOT NULL,
    requests_per_minute bigint CHECK (requests_per_minute BETWEEN 1 AND 1000000000),
    tokens_per_minute   bigint CHECK (tokens_per_minute BETWEEN 1 AND 1000000000),
    concurrent_requests bigint CHECK (concurrent_requests BETWEEN 1 AND 1000000000),
    requests_backlog    bigint NOT NULL DEFAULT 0 CHECK (requests_backlog >= 0),
    tokens_backlog      bigint NOT NULL DEFAULT 0 CHECK (tokens_backlog >= 0),
    drained_at          timestamptz NOT NULL DEFAULT platform.clock(),
    PRIMARY KEY (scope, scope_id)
);

-- Requests that run under a limit of concurrent ones. What a dead process leaves behind stops counting when its lease ends.
CREATE TABLE platform.running_request (
    request_id  text PRIMARY KEY,
    api_key_id  uuid NOT NULL,
    project_id  uuid NOT NULL,
    tenant_id   uuid NOT NULL,
    lease_until timestamptz NOT NULL
);
CREATE INDEX running_request_by_tenant ON platform.running_request (tenant_id);
