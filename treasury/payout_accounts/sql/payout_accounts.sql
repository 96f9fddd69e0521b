CALL guard_what_is_written('treasury_payoutaccount', 'DELETE OR TRUNCATE');
REVOKE DELETE, TRUNCATE ON treasury_payoutaccount FROM wallet_web;

-- A payout account is removed once, and nothing else of it ever changes: neither its IBAN, nor from when on it can be used.
CREATE OR REPLACE TRIGGER is_removed_once BEFORE UPDATE ON treasury_payoutaccount FOR EACH ROW
    WHEN (OLD.removed_at IS NOT NULL OR OLD.user_id <> NEW.user_id OR OLD.reference <> NEW.reference OR OLD.holder <> NEW.holder
          OR OLD.iban <> NEW.iban OR OLD.created_at <> NEW.created_at OR OLD.usable_at <> NEW.usable_at)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_payoutaccount ENABLE ALWAYS TRIGGER is_removed_once;
