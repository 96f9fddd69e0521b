-- Holds. Every check of funds subtracts the open holds. A hold ends exactly once: it is captured (by ledger_post), released or
-- expired.

-- Places a hold. If the wallet has too little money, stores the hold as declined. The key decides, as for transfers (ledger_store).
-- The caller has locked the source's stripe.
CREATE OR REPLACE FUNCTION ledger_place_hold(
    p_key uuid, p_purpose text, p_note text, p_source bigint, p_target bigint, p_amount bigint, p_lives interval,
    p_made_by bigint, p_made_at timestamptz, p_tolerance interval
) RETURNS TABLE (hold_id bigint, reference uuid, outcome text, repeated boolean, differs text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    w      ledger_wallet;
    old    ledger_hold;
    moment timestamptz;
BEGIN
    PERFORM ledger_require_now(p_made_at, p_tolerance);
    IF p_source = p_target OR NOT ledger_is_amount(p_amount) OR p_lives <= interval '0' THEN
        RAISE EXCEPTION 'a hold is between two wallets, of an amount between 1 and 10^15, for some time'
              USING ERRCODE = 'check_violation';
    END IF;
    -- STRICT: a wallet that does not exist or has no floor is a mistake of the caller, and raises an exception.
    SELECT * INTO STRICT w FROM ledger_wallet x WHERE x.id = p_source AND x.floor IS NOT NULL FOR NO KEY UPDATE;
    moment := greatest(clock_timestamp(), w.moved_at);
    outcome := CASE WHEN ledger_falls_short(w.balance - p_amount, w.held, ledger_lowest(w.floor, false)) THEN 'declined' ELSE 'open' END;
    repeated := false;
    INSERT INTO ledger_hold AS x (reference, made_by_id, key, purpose, note, source_id, target_id, amount, status,
                                    made_at, placed_at, expires_at, ended_at)
    VALUES (gen_random_uuid(), p_made_by, p_key, p_purpose, p_note, p_source, p_target, p_amount, outcome,
            coalesce(p_made_at, moment), moment, moment + p_lives, CASE WHEN outcome = 'declined' THEN moment END)
    ON CONFLICT (made_by_id, key) DO NOTHING RETURNING x.id, x.reference INTO hold_id, reference;
    IF NOT FOUND THEN       -- the key is known
        SELECT * INTO STRICT old FROM ledger_hold x WHERE x.made_by_id = p_made_by AND x.key = p_key;
        hold_id := old.id; reference := old.reference; outcome := old.status; repeated := true;
        differs := CASE
            WHEN old.purpose <> p_purpose THEN 'kind'
            WHEN old.source_id <> p_source THEN 'payer'
            WHEN old.target_id <> p_target THEN 'payee'
            WHEN old.amount <> p_amount THEN 'amount'
            WHEN old.note <> p_note THEN 'note'
            WHEN old.expires_at - old.placed_at <> p_lives THEN 'expiry' END;
    ELSIF outcome = 'open' THEN
        UPDATE ledger_wallet x SET held = x.held + p_amount WHERE x.id = p_source;
    END IF;
    RETURN NEXT;
END $$;

-- Ends an open hold as `p_ending` ('released' or 'expired'). Returns the hold's status afterwards: a hold that ended before keeps
-- its status, and a hold that is not due stays open. The caller has locked the source's stripe.
CREATE OR REPLACE FUNCTION ledger_end_hold(p_hold bigint, p_ending text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    h ledger_hold;
BEGIN
    IF p_ending NOT IN ('released', 'expired') THEN
        RAISE EXCEPTION 'a hold is released or expires' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM ledger_require_now(NULL, NULL);
    -- The wallet is locked before the hold, as everywhere (1_wallets.sql).
    PERFORM FROM ledger_wallet WHERE id = (SELECT source_id FROM ledger_hold WHERE id = p_hold) FOR NO KEY UPDATE;
    SELECT * INTO STRICT h FROM ledger_hold WHERE id = p_hold FOR UPDATE;
    IF h.status <> 'open' THEN
        RETURN h.status;
    END IF;
    IF p_ending = 'expired' AND h.expires_at > clock_timestamp() THEN
        RETURN 'open';
    END IF;
    UPDATE ledger_hold SET status = p_ending, ended_at = clock_timestamp() WHERE id = p_hold;
    UPDATE ledger_wallet SET held = held - h.amount WHERE id = h.source_id;
    RETURN p_ending;
END $$;
