-- The ledger. Money moves in these files and nowhere else.
--   ledger_wallet     one currency. RUNNING: every entry updates the row. Otherwise APPEND-ONLY: what comes in is only an
--                       entry (pending), settled into the row later; what goes out past a floor updates the row.
--   ledger_transfer   one instruction and its outcome, for ever; a maker's key books once. A declined one has no entries.
--   ledger_entry      one line of a booked transfer, in pairs (source, target): every currency sums to zero by construction.
--   ledger_hold       an amount on hold in its source wallet; it ends exactly once.
-- Order of locks, always: stripes (before the snapshot) · the application's rows · wallets by id · holds · the key.
-- The tables are Django's (ledger/models/); these files are applied again, in the order of their names and as the owner,
-- whenever one of them changed (wallet_site/install_sql.py).

DO $$ BEGIN
    SET LOCAL client_min_messages = warning;
    FOR n IN 0..255 LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS stripes.s%s ()', to_char(n, 'FM000'));
    END LOOP;
END $$;

-- Ids say nothing about order: history goes by seq or xid. A cache spares the sequence's own lock.
ALTER SEQUENCE ledger_transfer_id_seq CACHE 100;
ALTER TABLE ledger_wallet SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- What every function that moves or holds money asks first.
CREATE OR REPLACE FUNCTION ledger_require_now(p_made_at timestamptz, p_tolerance interval) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('transaction_isolation') <> 'serializable' THEN
        RAISE EXCEPTION 'money is written at SERIALIZABLE only' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    IF clock_timestamp() - p_made_at NOT BETWEEN -p_tolerance AND p_tolerance THEN
        RAISE EXCEPTION 'the timestamp is too far from the database''s clock' USING ERRCODE = 'datetime_field_overflow';
    END IF;
END $$;

-- A wallet for this owner (NULL: the system), purpose and currency: made if there is none yet, and its id.
CREATE OR REPLACE FUNCTION ledger_create_wallet(
    p_owner bigint, p_purpose text, p_currency text, p_running boolean, p_floor bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_id bigint;
BEGIN
    IF p_owner IS NULL AND p_floor IS NOT NULL
       OR p_purpose IN ('member', 'merchant') AND (p_owner IS NULL OR p_floor IS NULL) THEN
        RAISE EXCEPTION 'a member''s or merchant''s wallet has an owner and a floor, a system wallet has neither'
              USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ledger_wallet (reference, owner_id, purpose, currency, running, floor)
    VALUES (gen_random_uuid(), p_owner, p_purpose, p_currency, p_running, p_floor)
    ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        SELECT id INTO STRICT v_id FROM ledger_wallet
         WHERE owner_id IS NOT DISTINCT FROM p_owner AND purpose = p_purpose AND currency = p_currency;
    END IF;
    RETURN v_id;
END $$;
