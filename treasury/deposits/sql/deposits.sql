CALL guard_what_is_written('treasury_deposit', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('treasury_deposit', 'INSERT OR UPDATE');
CALL guard_what_is_written('treasury_statement', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('treasury_statementrow', 'DELETE OR TRUNCATE');
REVOKE DELETE, TRUNCATE ON treasury_deposit, treasury_statement, treasury_statementrow FROM wallet_web;

-- What was deposited never changes, and it is returned once.
CREATE OR REPLACE TRIGGER is_returned_once BEFORE UPDATE ON treasury_deposit FOR EACH ROW
    WHEN (OLD.returned_by_id IS NOT NULL
          OR OLD.bank_id <> NEW.bank_id OR OLD.bank_reference <> NEW.bank_reference OR OLD.wallet_id <> NEW.wallet_id
          OR OLD.amount_minor <> NEW.amount_minor OR OLD.transfer_id <> NEW.transfer_id OR OLD.reference <> NEW.reference
          OR OLD.details <> NEW.details OR OLD.day <> NEW.day OR OLD.imported_by_id IS DISTINCT FROM NEW.imported_by_id)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_deposit ENABLE ALWAYS TRIGGER is_returned_once;

-- A row of a statement is decided once, and what was read never changes.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON treasury_statementrow FOR EACH ROW
    WHEN (OLD.outcome <> 'waiting' OR OLD.statement_id <> NEW.statement_id OR OLD.number <> NEW.number
          OR OLD.bank_reference <> NEW.bank_reference OR OLD.payee_typed <> NEW.payee_typed
          OR OLD.amount_typed <> NEW.amount_typed OR OLD.details <> NEW.details)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_statementrow ENABLE ALWAYS TRIGGER ends_exactly_once;

-- Programs of the bank and of the member hear of deposits. The web role writes the rows, and may not write events.
CREATE OR REPLACE FUNCTION treasury_tell_of_deposit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    PERFORM events_write('deposit.' || CASE TG_OP WHEN 'INSERT' THEN 'booked' ELSE 'returned' END, NEW.reference, ARRAY(
        SELECT user_id FROM treasury_bank WHERE id = NEW.bank_id
        UNION ALL SELECT owner_id FROM ledger_wallet WHERE id = NEW.wallet_id));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listeners_are_told_of_new AFTER INSERT ON treasury_deposit FOR EACH ROW
    EXECUTE FUNCTION treasury_tell_of_deposit();
CREATE OR REPLACE TRIGGER listeners_are_told_of_return AFTER UPDATE ON treasury_deposit FOR EACH ROW
    WHEN (OLD.returned_by_id IS NULL AND NEW.returned_by_id IS NOT NULL) EXECUTE FUNCTION treasury_tell_of_deposit();
CALL events_of_web_role('treasury_tell_of_deposit()');
