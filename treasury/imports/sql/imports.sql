CALL guard_what_is_written('treasury_import', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('treasury_importrow', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('treasury_importline', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_only_serializable('treasury_import', 'UPDATE OF status');
CALL guard_only_serializable('treasury_importrow', 'UPDATE OF outcome, opening_id, difference_id');
REVOKE DELETE, TRUNCATE ON treasury_import, treasury_importrow, treasury_importline FROM wallet_web;
REVOKE UPDATE ON treasury_importline FROM wallet_web;
CALL guard_what_is_written('treasury_importproduct', 'DELETE OR TRUNCATE');
REVOKE DELETE, TRUNCATE ON treasury_importproduct FROM wallet_web;

-- What was read never changes, and neither does what was confirmed. The status goes in one direction only.
CREATE OR REPLACE TRIGGER never_goes_back BEFORE UPDATE ON treasury_import FOR EACH ROW
    WHEN (NOT (OLD.status || ' ' || NEW.status = ANY ('{draft draft,draft proposed,draft running,draft cancelled,proposed running,proposed cancelled,running finished,finished undoing,undoing undone}'))
          OR OLD.maker_id <> NEW.maker_id OR OLD.source <> NEW.source OR OLD.currency_code <> NEW.currency_code
          OR OLD.content_digest <> NEW.content_digest OR OLD.row_count <> NEW.row_count OR OLD.line_count <> NEW.line_count
          OR OLD.reference <> NEW.reference OR OLD.product_count <> NEW.product_count
          OR OLD.status <> 'draft' AND (OLD.seller_id IS DISTINCT FROM NEW.seller_id OR OLD.revision <> NEW.revision OR OLD.total_minor IS DISTINCT FROM NEW.total_minor
             OR OLD.confirmed_by_id IS DISTINCT FROM NEW.confirmed_by_id OR OLD.confirmed_at IS DISTINCT FROM NEW.confirmed_at)
          OR OLD.status <> 'proposed' AND OLD.approved_by_id IS DISTINCT FROM NEW.approved_by_id)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_import ENABLE ALWAYS TRIGGER never_goes_back;

-- A row is decided exactly once, and what was booked of it can only be undone.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON treasury_importrow FOR EACH ROW
    WHEN (OLD.of_import_id <> NEW.of_import_id OR OLD.number <> NEW.number OR OLD.old_id <> NEW.old_id
          OR OLD.username <> NEW.username OR OLD.first_name <> NEW.first_name OR OLD.last_name <> NEW.last_name
          OR OLD.email <> NEW.email OR OLD.problem <> NEW.problem OR OLD.found_id IS DISTINCT FROM NEW.found_id
          OR OLD.claimed_minor IS DISTINCT FROM NEW.claimed_minor
          OR OLD.recomputed_minor IS DISTINCT FROM NEW.recomputed_minor
          OR OLD.action = 'register' AND OLD.target_id IS DISTINCT FROM NEW.target_id AND OLD.target_id IS NOT NULL
          OR OLD.outcome <> 'waiting' AND (
             NOT (OLD.outcome = NEW.outcome OR OLD.outcome = 'booked' AND NEW.outcome = 'undone')
             OR OLD.action <> NEW.action OR OLD.takes <> NEW.takes OR OLD.target_id IS DISTINCT FROM NEW.target_id
             OR OLD.opening_id IS DISTINCT FROM NEW.opening_id OR OLD.difference_id IS DISTINCT FROM NEW.difference_id))
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_importrow ENABLE ALWAYS TRIGGER ends_exactly_once;

-- A product is decided once, while its import runs, and nothing else of it changes.
CREATE OR REPLACE FUNCTION treasury_require_running_import() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (to_jsonb(OLD) - '{outcome,outcome_text}'::text[]) <> (to_jsonb(NEW) - '{outcome,outcome_text}'::text[]) OR OLD.outcome <> 'waiting'
       OR NOT EXISTS (SELECT FROM treasury_import i WHERE i.id = NEW.of_import_id AND i.status = 'running') THEN
        RAISE EXCEPTION 'a product is decided once, while its import runs' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER is_decided_once BEFORE UPDATE ON treasury_importproduct FOR EACH ROW
    EXECUTE FUNCTION treasury_require_running_import();
ALTER TABLE treasury_importproduct ENABLE ALWAYS TRIGGER is_decided_once;

-- Choices are made while the import is a draft; members are registered and rows decided while it runs.
CREATE OR REPLACE FUNCTION treasury_require_import() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text := 'draft';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        wanted := CASE
            WHEN OLD.action <> NEW.action OR OLD.takes <> NEW.takes THEN 'draft'
            WHEN NEW.outcome = 'undone' AND OLD.outcome <> 'undone' THEN 'undoing'
            WHEN OLD.outcome <> NEW.outcome THEN 'running'
            WHEN OLD.target_id IS DISTINCT FROM NEW.target_id THEN CASE NEW.action WHEN 'register' THEN 'running' ELSE 'draft' END
            END;
    END IF;
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM treasury_import i WHERE i.id = NEW.of_import_id AND i.status = wanted) THEN
        RAISE EXCEPTION 'this row''s import is not %', wanted USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER at_its_time BEFORE INSERT OR UPDATE ON treasury_importrow FOR EACH ROW
    EXECUTE FUNCTION treasury_require_import();
ALTER TABLE treasury_importrow ENABLE ALWAYS TRIGGER at_its_time;

-- Lines and products come with the file, and none later: lines prove an opening balance. Once for each statement, since a file has many thousands.
CREATE OR REPLACE FUNCTION treasury_require_draft_of_lines() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM new_lines l JOIN treasury_importrow r ON r.id = l.row_id JOIN treasury_import i ON i.id = r.of_import_id
                WHERE i.status <> 'draft' OR i.revision <> 0) THEN
        RAISE EXCEPTION 'lines are stored with their import only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER come_with_the_file AFTER INSERT ON treasury_importline REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION treasury_require_draft_of_lines();
ALTER TABLE treasury_importline ENABLE ALWAYS TRIGGER come_with_the_file;

CREATE OR REPLACE FUNCTION treasury_require_draft_of_products() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM new_products p JOIN treasury_import i ON i.id = p.of_import_id WHERE i.status <> 'draft' OR i.revision <> 0)
       OR EXISTS (SELECT FROM new_products p WHERE p.outcome <> 'waiting') THEN
        RAISE EXCEPTION 'products are stored with their import only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER come_with_the_file AFTER INSERT ON treasury_importproduct REFERENCING NEW TABLE AS new_products
    FOR EACH STATEMENT EXECUTE FUNCTION treasury_require_draft_of_products();
ALTER TABLE treasury_importproduct ENABLE ALWAYS TRIGGER come_with_the_file;

REVOKE ALL ON FUNCTION treasury_require_import(), treasury_require_draft_of_lines(), treasury_require_running_import(),
    treasury_require_draft_of_products() FROM PUBLIC;
ALTER FUNCTION treasury_require_running_import() SET search_path = public, pg_temp;
ALTER FUNCTION treasury_require_draft_of_products() SET search_path = public, pg_temp;
ALTER FUNCTION treasury_require_import() SET search_path = public, pg_temp;
ALTER FUNCTION treasury_require_draft_of_lines() SET search_path = public, pg_temp;
