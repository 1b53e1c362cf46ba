-- The platform's tables behind the wall of billing's V306.
INSERT INTO isolation.shared_table VALUES ('platform.server_key', 'the fingerprint of the platform''s own key');

SELECT isolation.protect('platform.tenant', '(SELECT isolation.scope()) = id');
SELECT isolation.protect(target) FROM unnest(ARRAY['platform.project', 'platform.api_key', 'platform.running_request',
    'platform.audit_entry']::regclass[]) AS target;
SELECT isolation.protect('platform.quota', $$
    CASE scope
        WHEN 'tenant' THEN (SELECT true FROM platform.tenant t WHERE t.id = scope_id)
        WHEN 'project' THEN (SELECT true FROM platform.project p WHERE p.id = scope_id)
        ELSE (SELECT true FROM platform.api_key k WHERE k.id = scope_id)
    END$$);
