-- The ledger. Only the functions in these files move money.
--   ledger_wallet     holds one currency. RUNNING: every entry updates the row. Otherwise APPEND-ONLY: an entry that comes in
--                       is pending, and is settled (added to the row's balance) later. Spending from a wallet with a floor
--                       always updates the row.
--   ledger_transfer   one instruction and its outcome, for ever. The same key books once for its maker. A declined transfer
--                       has no entries.
--   ledger_entry      one line of a booked transfer. Lines are written in pairs (source, target), so every currency sums to zero.
--   ledger_hold       an amount on hold in its source wallet. A hold ends exactly once.
-- Every transaction locks in this order, so that no two wait for each other: stripes (before the snapshot) · the application's
-- rows · wallets by id · holds · the key.
-- Django makes the tables (ledger/models/). After each migrate, wallet_site/install_sql.py applies these files again if one of
-- them was changed: as the owner, in the order of their names.

-- The stripes: 256 empty tables that serve as locks. A wallet's stripe is its id modulo 256.
DO $$ BEGIN
    SET LOCAL client_min_messages = warning;
    FOR n IN 0..255 LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS stripes.s%s ()', to_char(n, 'FM000'));
    END LOOP;
END $$;

-- With a cache, sessions wait less for the lock of the sequence. Ids are then not in the order of booking, but nothing needs
-- that: histories are ordered by seq or xid.
ALTER SEQUENCE ledger_transfer_id_seq CACHE 100;
-- Wallets are updated very often. Free space in each page keeps the new version of a row in that page, and vacuum comes early.
ALTER TABLE ledger_wallet SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- Every function that moves or holds money calls this first. Raises an exception if the transaction is not SERIALIZABLE, or if
-- the timestamp differs from the database's clock by more than the tolerance. A timestamp of NULL passes.
CREATE OR REPLACE FUNCTION ledger_require_now(p_made_at timestamptz, p_tolerance interval) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('transaction_isolation') <> 'serializable' THEN
        RAISE EXCEPTION 'money is written at SERIALIZABLE only' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    IF clock_timestamp() - p_made_at NOT BETWEEN -p_tolerance AND p_tolerance THEN
        RAISE EXCEPTION 'the timestamp is too far from the database''s clock' USING ERRCODE = 'datetime_field_overflow';
    END IF;
END $$;

-- The id of the wallet for this owner (NULL: the system), purpose and currency. Makes the wallet if there is none.
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
    IF v_id IS NULL THEN        -- the wallet was there already
        SELECT id INTO STRICT v_id FROM ledger_wallet
         WHERE owner_id IS NOT DISTINCT FROM p_owner AND purpose = p_purpose AND currency = p_currency;
    END IF;
    RETURN v_id;
END $$;
