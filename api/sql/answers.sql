-- The stored answer to a key never changes: the trigger refuses it, and the web role has no right to try. It is removed
-- only if it moved no money, once its time is over.
CALL guard_what_is_written('api_answer', 'UPDATE OR TRUNCATE');
REVOKE UPDATE, TRUNCATE ON api_answer FROM wallet_web;

CREATE OR REPLACE TRIGGER is_removed_only_when_expired BEFORE DELETE ON api_answer FOR EACH ROW
    WHEN (OLD.expires_at IS NULL OR OLD.expires_at > clock_timestamp())
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE api_answer ENABLE ALWAYS TRIGGER is_removed_only_when_expired;

-- A label is written with what it labels.
CALL guard_what_is_written('api_label', 'UPDATE OR DELETE OR TRUNCATE');
REVOKE UPDATE, DELETE, TRUNCATE ON api_label FROM wallet_web;
