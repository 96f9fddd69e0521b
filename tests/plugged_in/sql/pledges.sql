CALL guard_what_is_written('plugged_in_pledge', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('plugged_in_pledge', 'INSERT');
REVOKE DELETE, TRUNCATE ON plugged_in_pledge FROM wallet_web;

-- How much the payer has pledged, in minor units of the currency of the payer's wallet.
CREATE OR REPLACE FUNCTION plugged_in_total(p_payer bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(amount_minor), 0)::bigint FROM plugged_in_pledge WHERE payer_id = p_payer
$$;
REVOKE ALL ON FUNCTION plugged_in_total(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plugged_in_total(bigint) TO wallet_web;
