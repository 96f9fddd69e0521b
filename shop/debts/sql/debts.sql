-- Who set which limit, and why, stays for ever.
CALL guard_what_is_written('shop_limit', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_appliedlimit', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('shop_appliedlimit', 'INSERT OR UPDATE');
REVOKE UPDATE, DELETE, TRUNCATE ON shop_limit FROM wallet_web;
REVOKE DELETE, TRUNCATE ON shop_appliedlimit, shop_reminder FROM wallet_web;

-- Since when a wallet that owes money does: when the first entry was booked after which it was below zero without a break.
CREATE OR REPLACE FUNCTION shop_owes_since(p_wallet bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT e.booked_at FROM ledger_entry e
     WHERE e.wallet_id = p_wallet AND e.seq = 1 + coalesce((
               SELECT x.seq FROM ledger_entry x WHERE x.wallet_id = p_wallet AND x.balance_after >= 0
                ORDER BY x.seq DESC LIMIT 1), 0)
$$;
CALL events_of_web_role('shop_owes_since(bigint)');
GRANT EXECUTE ON FUNCTION shop_owes_since(bigint) TO wallet_web;
