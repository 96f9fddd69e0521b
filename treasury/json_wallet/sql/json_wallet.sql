CALL guard_what_is_written('treasury_unpinnedday', 'DELETE OR TRUNCATE');
REVOKE DELETE, TRUNCATE ON treasury_unpinnedday FROM wallet_web;

-- Whether `p_amount` is within what may still be paid from the wallet today without the PIN. If it is, and with `p_counts`, it is
-- counted. The wallet's row here exists before, and the caller has locked the wallet's stripe.
CREATE OR REPLACE FUNCTION treasury_count_unpinned(p_wallet bigint, p_amount bigint, p_limit bigint, p_zone text, p_counts boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE p_zone)::date;
BEGIN
    UPDATE treasury_unpinnedday u
       SET day = today,
           paid_minor = CASE WHEN u.day = today THEN u.paid_minor ELSE 0 END + CASE WHEN p_counts THEN p_amount ELSE 0 END
     WHERE u.wallet_id = p_wallet AND p_amount + CASE WHEN u.day = today THEN u.paid_minor ELSE 0 END <= p_limit;
    RETURN FOUND;
END $$;
ALTER FUNCTION treasury_count_unpinned(bigint, bigint, bigint, text, boolean) SET enable_seqscan = off;      -- scanning a small table takes a SIREAD lock on all of it
ALTER FUNCTION treasury_count_unpinned(bigint, bigint, bigint, text, boolean) SET enable_bitmapscan = off;
ALTER FUNCTION treasury_count_unpinned(bigint, bigint, bigint, text, boolean) SET search_path = public, pg_temp;
REVOKE ALL ON FUNCTION treasury_count_unpinned(bigint, bigint, bigint, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION treasury_count_unpinned(bigint, bigint, bigint, text, boolean) TO wallet_web;
