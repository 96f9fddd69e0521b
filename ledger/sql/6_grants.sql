-- The web role may read the ledger's tables and call ten of its functions; it cannot write wallets, transfers, entries, holds,
-- floors or closings. It may insert seals and signatures. LOCK TABLE needs the right to UPDATE the stripes, which are empty.

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'ledger\_%' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        CONTINUE WHEN f::text !~ '^ledger_(create_wallet|post|post_one|place_hold|end_hold|set_floor|settle|close|balance|balance_at)\(';
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO wallet_web', f);
        -- The other functions are called only by these, and run with the rights and settings of these. If they had settings of
        -- their own, each call would switch settings, and PostgreSQL would not inline the rules (2_rules.sql).
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', f);
        EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', f);
        EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', f);      -- a scan of a small table takes a SIREAD lock on all of it
        EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', f);
        EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', f);   -- otherwise `= ANY (array)` is planned at every call
    END LOOP;
END $$;

REVOKE ALL ON ledger_wallet, ledger_transfer, ledger_entry, ledger_hold, ledger_floor, ledger_closing, ledger_installation FROM wallet_web;
GRANT SELECT ON ledger_wallet, ledger_transfer, ledger_entry, ledger_hold, ledger_floor, ledger_closing, ledger_installation TO wallet_web;
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_seal, ledger_signature, ledger_cut FROM wallet_web;
REVOKE USAGE, UPDATE ON SEQUENCE ledger_wallet_id_seq, ledger_transfer_id_seq, ledger_hold_id_seq, ledger_floor_id_seq FROM wallet_web;
GRANT USAGE ON SCHEMA stripes TO wallet_web;
GRANT UPDATE ON ALL TABLES IN SCHEMA stripes TO wallet_web;
