-- Floors: how far below zero a member's wallet may go. Each change is a row of ledger_floor, and the newest is in force.

-- Sets the floor of a member's wallet, and returns it. It is lower than `p_wished` while the wallet owes more than that: then this
-- is called again once money came in. The caller has locked the wallet's stripe.
CREATE OR REPLACE FUNCTION ledger_set_floor(p_wallet bigint, p_wished bigint, p_made_by bigint, p_reason text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    w       ledger_wallet;
    v_floor bigint;
BEGIN
    PERFORM ledger_require_now(NULL, NULL);
    -- STRICT: another wallet's floor never moves, so it is a mistake of the caller.
    SELECT * INTO STRICT w FROM ledger_wallet x WHERE x.id = p_wallet AND x.purpose = 'member' FOR NO KEY UPDATE;
    v_floor := least(p_wished, w.balance - w.held);
    INSERT INTO ledger_floor (wallet_id, floor, wished, after_seq, made_by_id, reason)
    VALUES (p_wallet, v_floor, p_wished, w.seq, p_made_by, p_reason);
    UPDATE ledger_wallet x SET floor = v_floor WHERE x.id = p_wallet;
    RETURN v_floor;
END $$;
