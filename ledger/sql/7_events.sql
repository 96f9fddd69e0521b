-- Programs hear of booked transfers and of holds. The rows are written by functions of the ledger, whose rights and settings these
-- triggers have, too.

CREATE OR REPLACE FUNCTION ledger_tell_of_transfer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM events_write('transfer.booked', NEW.reference,
                         ARRAY(SELECT owner_id FROM ledger_wallet WHERE id IN (NEW.source_id, NEW.target_id)));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listeners_are_told AFTER INSERT ON ledger_transfer FOR EACH ROW
    WHEN (NEW.outcome = 'booked') EXECUTE FUNCTION ledger_tell_of_transfer();

CREATE OR REPLACE FUNCTION ledger_tell_of_hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM events_write('hold.' || CASE NEW.status WHEN 'open' THEN 'placed' ELSE NEW.status END, NEW.reference,
                         ARRAY(SELECT owner_id FROM ledger_wallet WHERE id IN (NEW.source_id, NEW.target_id)));
    RETURN NULL;
END $$;
-- Holds of other purposes belong to what another room tells of, such as a withdrawal.
CREATE OR REPLACE TRIGGER listeners_are_told AFTER INSERT OR UPDATE OF status ON ledger_hold FOR EACH ROW
    WHEN (NEW.status <> 'declined' AND NEW.purpose IN ('authorization', 'two_step')) EXECUTE FUNCTION ledger_tell_of_hold();

REVOKE ALL ON FUNCTION ledger_tell_of_transfer(), ledger_tell_of_hold() FROM PUBLIC;
