CALL guard_what_is_written('treasury_bank', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('treasury_clearing', 'DELETE OR TRUNCATE');
REVOKE DELETE, TRUNCATE ON treasury_bank, treasury_clearing FROM wallet_web;

-- A clearing wallet belongs to its bank for ever, and the namespace of a bank's keys never changes.
CREATE OR REPLACE TRIGGER keeps_its_wallet BEFORE UPDATE ON treasury_clearing FOR EACH ROW
    WHEN (OLD.bank_id <> NEW.bank_id OR OLD.wallet_id <> NEW.wallet_id) EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_clearing ENABLE ALWAYS TRIGGER keeps_its_wallet;
CREATE OR REPLACE TRIGGER keeps_its_reference BEFORE UPDATE ON treasury_bank FOR EACH ROW
    WHEN (OLD.reference <> NEW.reference OR OLD.user_id <> NEW.user_id) EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_bank ENABLE ALWAYS TRIGGER keeps_its_reference;

-- Counts a deposit against the bank's daily cap. Returns the day it counts in; NULL: it is above the cap, and nothing was counted.
-- The day is that of the database's clock in the time zone `p_zone`. The caller has locked the wallet's stripe.
CREATE OR REPLACE FUNCTION treasury_count_deposit(p_wallet bigint, p_amount bigint, p_zone text) RETURNS date
LANGUAGE plpgsql AS $$
DECLARE
    today   date := (clock_timestamp() AT TIME ZONE p_zone)::date;
    counted date;
BEGIN
    UPDATE treasury_clearing c
       SET day = today, counted_minor = p_amount + CASE WHEN c.day = today THEN c.counted_minor ELSE 0 END
     WHERE c.wallet_id = p_wallet
       AND p_amount + CASE WHEN c.day = today THEN c.counted_minor ELSE 0 END <= c.daily_cap_minor
    RETURNING c.day INTO counted;
    RETURN counted;
END $$;
ALTER FUNCTION treasury_count_deposit(bigint, bigint, text) SET enable_seqscan = off;      -- scanning a small table takes a SIREAD lock on all of it
ALTER FUNCTION treasury_count_deposit(bigint, bigint, text) SET enable_bitmapscan = off;
ALTER FUNCTION treasury_count_deposit(bigint, bigint, text) SET search_path = public, pg_temp;
REVOKE ALL ON FUNCTION treasury_count_deposit(bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION treasury_count_deposit(bigint, bigint, text) TO wallet_web;
