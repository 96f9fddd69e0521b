CALL guard_what_is_written('treasury_cashproposal', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('treasury_cashproposal', 'INSERT OR UPDATE');
REVOKE DELETE, TRUNCATE ON treasury_cashproposal FROM wallet_web;

-- Proposed cash is confirmed or declined exactly once, and its cashier, member, amount and key never change.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON treasury_cashproposal FOR EACH ROW
    WHEN (OLD.status <> 'open' OR OLD.cashier_id <> NEW.cashier_id OR OLD.wallet_id <> NEW.wallet_id
          OR OLD.amount_minor <> NEW.amount_minor OR OLD.key <> NEW.key OR OLD.reference <> NEW.reference
          OR OLD.created_at <> NEW.created_at)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_cashproposal ENABLE ALWAYS TRIGGER ends_exactly_once;
