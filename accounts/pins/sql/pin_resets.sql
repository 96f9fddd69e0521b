CALL guard_what_is_written('accounts_pinreset', 'DELETE OR TRUNCATE');
REVOKE DELETE, TRUNCATE ON accounts_pinreset FROM wallet_web;

-- Who started a reset, for whom and when never changes, nor who agreed. What has ended stays as it is.
CREATE OR REPLACE TRIGGER who_and_when_stays BEFORE UPDATE ON accounts_pinreset FOR EACH ROW
    WHEN (OLD.member_id <> NEW.member_id OR OLD.started_by_id <> NEW.started_by_id OR OLD.created_at <> NEW.created_at
          OR OLD.recognised <> NEW.recognised OR OLD.reference <> NEW.reference
          OR (OLD.agreed_by_id IS NOT NULL AND (OLD.agreed_by_id, OLD.agreed_at, OLD.code_digest)
              IS DISTINCT FROM (NEW.agreed_by_id, NEW.agreed_at, NEW.code_digest))
          OR OLD.status IN ('kept', 'stopped', 'cancelled'))
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE accounts_pinreset ENABLE ALWAYS TRIGGER who_and_when_stays;
