CALL guard_what_is_written('payments_paymentrequest', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('payments_paymentrequest', 'INSERT OR UPDATE');
REVOKE DELETE, TRUNCATE ON payments_paymentrequest FROM wallet_web;

-- A payment request is closed exactly once, and its amount, wallet and people never change.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON payments_paymentrequest FOR EACH ROW
    WHEN (OLD.status <> 'open' OR OLD.amount_minor <> NEW.amount_minor OR OLD.wallet_id <> NEW.wallet_id
          OR OLD.payer_id <> NEW.payer_id OR OLD.requester_id <> NEW.requester_id)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE payments_paymentrequest ENABLE ALWAYS TRIGGER ends_exactly_once;
