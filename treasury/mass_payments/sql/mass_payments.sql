CALL guard_what_is_written('treasury_masspayment', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('treasury_masspaymentrow', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('treasury_masspayment', 'INSERT OR UPDATE');
CALL guard_only_serializable('treasury_masspaymentrow', 'INSERT OR UPDATE');
REVOKE DELETE, TRUNCATE ON treasury_masspayment, treasury_masspaymentrow FROM wallet_web;

-- An update never changes the content or the source wallet of a mass payment. Its status changes in one direction only: from draft to
-- running or cancelled, and from running to finished.
CREATE OR REPLACE TRIGGER never_goes_back BEFORE UPDATE ON treasury_masspayment FOR EACH ROW
    WHEN (NOT (OLD.status = 'draft' AND NEW.status IN ('running', 'cancelled') OR OLD.status = 'running' AND NEW.status = 'finished')
          OR OLD.maker_id <> NEW.maker_id OR OLD.source_id <> NEW.source_id OR OLD.content_digest <> NEW.content_digest
          OR OLD.title <> NEW.title OR OLD.row_count <> NEW.row_count OR OLD.total_minor <> NEW.total_minor
          OR OLD.reference <> NEW.reference)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_masspayment ENABLE ALWAYS TRIGGER never_goes_back;

-- A row is decided exactly once. What was typed never changes; the target wallet may change only while the row is waiting.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON treasury_masspaymentrow FOR EACH ROW
    WHEN (OLD.outcome <> 'waiting' OR OLD.mass_payment_id <> NEW.mass_payment_id OR OLD.number <> NEW.number
          OR OLD.payee_typed <> NEW.payee_typed OR OLD.amount_typed <> NEW.amount_typed OR OLD.note <> NEW.note
          OR OLD.amount_minor IS DISTINCT FROM NEW.amount_minor
          OR NEW.outcome <> 'waiting' AND OLD.target_id IS DISTINCT FROM NEW.target_id)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_masspaymentrow ENABLE ALWAYS TRIGGER ends_exactly_once;

-- Rows are added and validated only while their mass payment is a draft, and decided only while it is running.
CREATE OR REPLACE FUNCTION treasury_require_mass_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text := CASE WHEN NEW.outcome = 'waiting' THEN 'draft' ELSE 'running' END;
BEGIN
    IF NOT EXISTS (SELECT FROM treasury_masspayment m WHERE m.id = NEW.mass_payment_id AND m.status = wanted) THEN
        RAISE EXCEPTION 'this row''s mass payment is not %', wanted USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER at_its_time BEFORE INSERT OR UPDATE ON treasury_masspaymentrow FOR EACH ROW
    EXECUTE FUNCTION treasury_require_mass_payment();
ALTER TABLE treasury_masspaymentrow ENABLE ALWAYS TRIGGER at_its_time;

REVOKE ALL ON FUNCTION treasury_require_mass_payment() FROM PUBLIC;
ALTER FUNCTION treasury_require_mass_payment() SET search_path = public, pg_temp;

-- The maker's programs hear when a mass payment is finished. The web role writes the rows, and may not write events.
CREATE OR REPLACE FUNCTION treasury_tell_of_mass_payment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    PERFORM events_write('mass_payment.finished', NEW.reference, ARRAY[NEW.maker_id]);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listeners_are_told AFTER UPDATE ON treasury_masspayment FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND NEW.status = 'finished') EXECUTE FUNCTION treasury_tell_of_mass_payment();
CALL events_of_web_role('treasury_tell_of_mass_payment()');
