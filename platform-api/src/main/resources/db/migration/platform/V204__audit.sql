-- The log of administrative changes: numbered without gaps, chained by keyed hashes, appended to and nothing else.
CREATE TABLE platform.audit_entry (
    number       bigint PRIMARY KEY CHECK (number > 0),
    at           timestamptz NOT NULL,
    actor        text NOT NULL,
    request_id   text NOT NULL,
    action       text NOT NULL,
    subject_type text NOT NULL,
    subject_id   uuid NOT NULL,
    tenant_id    uuid,
    -- json keeps the text as it was hashed
    before       json,
    after        json,
    hash         text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);

CREATE FUNCTION platform.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'platform.audit_entry is append-only: % refused', TG_OP;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_audit_change();
