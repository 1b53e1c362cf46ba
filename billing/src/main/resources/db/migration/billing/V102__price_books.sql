CREATE TABLE billing.price_book (
    id         uuid PRIMARY KEY,
    model      text NOT NULL CHECK (length(model) BETWEEN 1 AND 200),
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz NOT NULL DEFAULT billing.clock(),
    UNIQUE (model, currency)
);

-- Nano-units of the book's currency for one token.
CREATE TABLE billing.price_book_version (
    id                 uuid PRIMARY KEY,
    price_book_id      uuid NOT NULL REFERENCES billing.price_book,
    input_nanos        bigint NOT NULL CHECK (input_nanos BETWEEN 0 AND 1000000000),
    cached_input_nanos bigint NOT NULL CHECK (cached_input_nanos BETWEEN 0 AND 1000000000),
    output_nanos       bigint NOT NULL CHECK (output_nanos BETWEEN 0 AND 1000000000),
    effective_from     timestamptz NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT billing.clock(),
    UNIQUE (price_book_id, effective_from)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.price_book
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.price_book_version
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
