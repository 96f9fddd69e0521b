CALL guard_what_is_written('conversion_rate', 'UPDATE OR DELETE OR TRUNCATE');
REVOKE UPDATE, DELETE, TRUNCATE ON conversion_rate FROM wallet_web;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON conversion_ownunit FROM wallet_web;

-- The moment from which a rate counts is the database's, whatever the statement says.
CREATE OR REPLACE FUNCTION conversion_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.valid_from := clock_timestamp();
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION conversion_now() FROM PUBLIC;
CREATE OR REPLACE TRIGGER counts_from_now BEFORE INSERT ON conversion_rate FOR EACH ROW EXECUTE FUNCTION conversion_now();
ALTER TABLE conversion_rate ENABLE ALWAYS TRIGGER counts_from_now;
