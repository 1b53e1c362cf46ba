-- What whoever computes the tokens counted, apart from what is charged: from the journal's slot, in a transaction before the settlement's.
CREATE TABLE billing.engine_count (
    request_id  text PRIMARY KEY CHECK (length(request_id) BETWEEN 1 AND 64),
    tokens      bigint NOT NULL CHECK (tokens >= 0),
    occurred_at timestamptz NOT NULL,
    counted_at  timestamptz NOT NULL DEFAULT billing.clock()
);

CREATE INDEX engine_count_time ON billing.engine_count (occurred_at);
CREATE INDEX usage_time ON billing.usage (occurred_at);
CREATE INDEX reservation_time ON billing.reservation (reserved_at);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.engine_count
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();

-- Before there were counts, what was recorded was what was counted.
INSERT INTO billing.engine_count (request_id, tokens, occurred_at)
    SELECT request_id, uncached_input_tokens + cached_input_tokens + output_tokens + reasoning_tokens, occurred_at
    FROM billing.usage WHERE NOT refused;
