-- Invoices and credit notes: drafts that show what a month costs until it is issued, then documents that never change.
CREATE TABLE billing.invoice (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    tenant_id  uuid NOT NULL,
    month      text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    time_zone  text NOT NULL,
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    ends_at    timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT billing.clock(),
    -- of credit notes
    corrects       uuid REFERENCES billing.invoice,
    credited_nanos bigint CHECK (credited_nanos > 0),
    reason         text,
    -- from the issue on
    number      bigint CHECK (number >= 1),
    issued_at   timestamptz,
    billed_to   text,
    total_nanos bigint,
    document    bytea,
    CHECK ((kind = 'credit_note') = (corrects IS NOT NULL) AND (corrects IS NULL) = (credited_nanos IS NULL)
        AND (corrects IS NULL) = (reason IS NULL)),
    CHECK (kind = 'invoice' OR number IS NOT NULL),
    CHECK ((number IS NULL) = (issued_at IS NULL) AND (number IS NULL) = (billed_to IS NULL) AND (number IS NULL) = (total_nanos IS NULL)
        AND (number IS NULL) = (document IS NULL)),
    UNIQUE (kind, number)
);

CREATE INDEX invoice_corrects ON billing.invoice (corrects) WHERE corrects IS NOT NULL;
CREATE UNIQUE INDEX invoice_of_month ON billing.invoice (tenant_id, month) WHERE kind = 'invoice';

-- The last number of each kind; whoever takes the next one holds the row until the document is committed, so no number is left out.
CREATE TABLE billing.invoice_number (
    kind text PRIMARY KEY CHECK (kind IN ('invoice', 'credit_note')),
    last bigint NOT NULL CHECK (last >= 0)
);
INSERT INTO billing.invoice_number VALUES ('invoice', 0), ('credit_note', 0);

-- Which invoice bills a request: one, for ever.
CREATE TABLE billing.invoiced_usage (
    request_id text PRIMARY KEY REFERENCES billing.usage,
    invoice_id uuid NOT NULL REFERENCES billing.invoice
);
CREATE INDEX invoiced_usage_by_invoice ON billing.invoiced_usage (invoice_id);

-- The one change that an invoice can see: from a draft to a document, once.
CREATE FUNCTION billing.check_issue() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    issued billing.invoice := OLD;
BEGIN
    issued.number := NEW.number;
    issued.issued_at := NEW.issued_at;
    issued.billed_to := NEW.billed_to;
    issued.total_nanos := NEW.total_nanos;
    issued.document := NEW.document;
    IF OLD.number IS NOT NULL OR NEW.number IS NULL OR NEW IS DISTINCT FROM issued THEN
        RAISE EXCEPTION 'invoice % is % and cannot be changed so', OLD.id,
            CASE WHEN OLD.number IS NULL THEN 'a draft' ELSE 'issued' END
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER issued_once BEFORE UPDATE ON billing.invoice FOR EACH ROW EXECUTE FUNCTION billing.check_issue();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON billing.invoice
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.invoiced_usage
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();

-- What was billed (in the currency's smallest coin), and what rounding to that coin gave or took.
ALTER TABLE billing.account DROP CONSTRAINT account_kind_check;
ALTER TABLE billing.account ADD CONSTRAINT account_kind_check
    CHECK (kind IN ('receivable', 'revenue', 'billed', 'rounding'));
ALTER TABLE billing.ledger_transaction DROP CONSTRAINT ledger_transaction_kind_check;
ALTER TABLE billing.ledger_transaction ADD CONSTRAINT ledger_transaction_kind_check
    CHECK (kind IN ('settlement', 'invoice', 'credit_note'));
