-- A statement posts many transactions with their entries, so it is checked once for all of them, not at the commit and one by one: each has its
-- entries, and no request is posted more than it held. Scalar subqueries and OFFSET on purpose: each is a look into an index, also in a plan that was made
-- while the tables were young.
CREATE FUNCTION billing.check_postings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    wrong record;
BEGIN
    SELECT a.id INTO wrong FROM added a
        WHERE (SELECT count(*) FROM billing.ledger_entry e WHERE e.transaction_id = a.id) = 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % has no entries', wrong.id USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.id, a.request_id INTO wrong FROM added a
        WHERE a.kind IN ('estimate', 'settlement') AND (
            SELECT p.tokens > r.held_tokens OR p.nanos > r.held_nanos
            FROM billing.reservation r CROSS JOIN LATERAL (
                SELECT sum(t.tokens) AS tokens, sum((
                    SELECT sum(greatest(e.nanos, 0)) FROM billing.ledger_entry e WHERE e.transaction_id = t.id)) AS nanos
                FROM (VALUES ('estimate'), ('settlement')) AS k (kind) CROSS JOIN LATERAL (
                    SELECT * FROM billing.ledger_transaction t WHERE t.kind = k.kind AND t.request_id = a.request_id OFFSET 0) t) p
            WHERE r.request_id = a.request_id)
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % settles more than request % held', wrong.id, wrong.request_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

DROP TRIGGER has_entries ON billing.ledger_transaction;
DROP FUNCTION billing.check_entries();
CREATE TRIGGER has_entries AFTER INSERT ON billing.ledger_transaction
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billing.check_postings();
