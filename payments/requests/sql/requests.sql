CALL guard_what_is_written('payments_paymentrequest', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('payments_paymentrequest', 'INSERT OR UPDATE');
REVOKE DELETE, TRUNCATE ON payments_paymentrequest FROM wallet_web;

-- A payment request is closed exactly once, and its amount, wallet and people never change.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON payments_paymentrequest FOR EACH ROW
    WHEN (OLD.status <> 'open' OR OLD.amount_minor <> NEW.amount_minor OR OLD.wallet_id <> NEW.wallet_id
          OR OLD.payer_id <> NEW.payer_id OR OLD.requester_id <> NEW.requester_id)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE payments_paymentrequest ENABLE ALWAYS TRIGGER ends_exactly_once;

-- Programs hear of each request that begins or ends. The web role writes the rows, and may not write events.
CREATE OR REPLACE FUNCTION payments_tell_of_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    PERFORM events_write('request.' || CASE NEW.status WHEN 'open' THEN 'created' ELSE NEW.status END, NEW.reference,
                         ARRAY[NEW.requester_id, NEW.payer_id]);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listeners_are_told_of_new AFTER INSERT ON payments_paymentrequest FOR EACH ROW
    EXECUTE FUNCTION payments_tell_of_request();
CREATE OR REPLACE TRIGGER listeners_are_told_of_end AFTER UPDATE ON payments_paymentrequest FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION payments_tell_of_request();
CALL events_of_web_role('payments_tell_of_request()');
