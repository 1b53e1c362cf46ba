-- A tenant's accounts: what it owes (receivable, debit) and what was earned from it (revenue, credit), in its one currency.
CREATE TABLE billing.account (
    id        uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('receivable', 'revenue')),
    currency  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    opened_at timestamptz NOT NULL DEFAULT billing.clock(),
    UNIQUE (tenant_id, kind),
    UNIQUE (id, currency)
);

-- The id is derived from kind and request, so that the same fact cannot be posted twice.
CREATE TABLE billing.ledger_transaction (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('settlement')),
    request_id text NOT NULL,
    tokens     bigint NOT NULL CHECK (tokens >= 0),
    posted_at  timestamptz NOT NULL DEFAULT billing.clock(),
    UNIQUE (kind, request_id)
);

-- Debits are positive, credits negative.
CREATE TABLE billing.ledger_entry (
    transaction_id uuid NOT NULL REFERENCES billing.ledger_transaction,
    line           smallint NOT NULL CHECK (line >= 1),
    account_id     uuid NOT NULL,
    currency       text NOT NULL,
    nanos          bigint NOT NULL,
    PRIMARY KEY (transaction_id, line),
    FOREIGN KEY (account_id, currency) REFERENCES billing.account (id, currency)
);

CREATE INDEX ledger_entry_account ON billing.ledger_entry (account_id);

-- All entries of a transaction come in one statement and sum to zero in each currency.
CREATE FUNCTION billing.check_balance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT transaction_id INTO wrong FROM added GROUP BY transaction_id, currency HAVING sum(nanos) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % is not balanced', wrong USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.transaction_id INTO wrong
        FROM (SELECT transaction_id, count(*) AS entries FROM added GROUP BY transaction_id) a
        WHERE a.entries <> (SELECT count(*) FROM billing.ledger_entry e WHERE e.transaction_id = a.transaction_id)
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % has its entries already', wrong USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER balanced AFTER INSERT ON billing.ledger_entry
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billing.check_balance();

-- A transaction without entries would be a fact that moved nothing.
CREATE FUNCTION billing.check_entries() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM billing.ledger_entry WHERE transaction_id = NEW.id) THEN
        RAISE EXCEPTION 'ledger transaction % has no entries', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER has_entries AFTER INSERT ON billing.ledger_transaction
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing.check_entries();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.account
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
