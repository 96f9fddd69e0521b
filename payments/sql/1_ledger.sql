-- The ledger. Money moves here and nowhere else.
--   payments_wallet     one currency. RUNNING: every entry updates the row. Otherwise APPEND-ONLY: what comes in is only an
--                       entry (the tail), folded into the row later; what goes out past a floor updates the row.
--   payments_transfer   one instruction and its outcome, for ever; a maker's key books once. A declined one has no entries.
--   payments_entry      one line of a booked transfer, in pairs (source, target): every currency sums to zero by construction.
-- Order of locks, always: stripes (before the snapshot) · the application's rows · wallets by id · the key.
-- The tables are Django's (payments/models.py); this file is applied again, as the owner, whenever it changed.

CREATE SCHEMA IF NOT EXISTS stripes;
DO $$ BEGIN
    SET LOCAL client_min_messages = warning;
    FOR n IN 0..255 LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS stripes.s%s ()', to_char(n, 'FM000'));
    END LOOP;
END $$;

-- Ids say nothing about order: history goes by seq or xid. A cache spares the sequence's own lock.
ALTER SEQUENCE payments_transfer_id_seq CACHE 100;
ALTER TABLE payments_wallet SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

DROP TYPE IF EXISTS ledger_instruction CASCADE;
CREATE TYPE ledger_instruction AS (
    key      uuid,
    kind     text,
    note     text,
    legs     bigint[],      -- flat: source wallet, target wallet, amount in minor units; empty for a reversal
    reverses bigint         -- the transfer to undo
);


-- What nobody may do ------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% on % is refused: what is written stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION ledger_require_serializable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('transaction_isolation') <> 'serializable' THEN
        RAISE EXCEPTION 'money is written at SERIALIZABLE only' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    RETURN NULL;
END $$;


-- Making wallets -----------------------------------------------------------------------------------------------------------

-- A wallet for this owner (NULL: the house), purpose and currency: made if there is none yet, and its id.
CREATE OR REPLACE FUNCTION ledger_create_wallet(
    p_owner bigint, p_purpose text, p_currency text, p_running boolean, p_floor bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_id bigint;
BEGIN
    IF p_owner IS NULL AND p_floor IS NOT NULL OR p_purpose = 'member' AND (p_owner IS NULL OR p_floor IS NULL) THEN
        RAISE EXCEPTION 'a member''s wallet has an owner and a floor, the house''s has neither' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO payments_wallet (reference, owner_id, purpose, currency, running, floor)
    VALUES (gen_random_uuid(), p_owner, p_purpose, p_currency, p_running, p_floor)
    ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        SELECT id INTO STRICT v_id FROM payments_wallet
         WHERE owner_id IS NOT DISTINCT FROM p_owner AND purpose = p_purpose AND currency = p_currency;
    END IF;
    RETURN v_id;
END $$;


-- Moving money -------------------------------------------------------------------------------------------------------------

-- The legs that undo these: each turned round, the last first.
CREATE OR REPLACE FUNCTION ledger_legs_undoing(p_legs bigint[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_undoing bigint[] := '{}';
BEGIN
    FOR n IN REVERSE cardinality(p_legs) / 3 .. 1 LOOP
        v_undoing := v_undoing || ARRAY[p_legs[n * 3 - 1], p_legs[n * 3 - 2], p_legs[n * 3]];
    END LOOP;
    RETURN v_undoing;
END $$;

-- An entry as a value, whatever the order of the table's columns.
CREATE OR REPLACE FUNCTION ledger_entry(
    transfer_id bigint, line smallint, wallet_id bigint, amount bigint, seq bigint, balance_after bigint, xid xid8, booked_at timestamptz
) RETURNS payments_entry LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    e payments_entry;
BEGIN
    e.transfer_id := transfer_id; e.line := line; e.wallet_id := wallet_id; e.amount := amount; e.seq := seq;
    e.balance_after := balance_after; e.xid := xid; e.booked_at := booked_at;
    RETURN e;
END $$;

-- Decides every instruction in order, each as if it stood alone, then writes all entries and balances at once.
-- One row comes back for each, in order. `differs` names what is other than under the key's first use; then nothing moved.
CREATE OR REPLACE FUNCTION ledger_post(
    p_instructions ledger_instruction[], p_made_by bigint, p_made_at timestamptz, p_tolerance interval
) RETURNS TABLE (transfer_id bigint, reference uuid, outcome text, repeated boolean, differs text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    i          ledger_instruction;
    undone     payments_transfer;
    old        payments_transfer;
    w          payments_wallet;
    n          int := 0;
    k          int;
    s          int;
    t          int;
    line       smallint;
    touched    bigint[] := '{}';
    sources    bigint[] := '{}';
    ids        bigint[] := '{}';           -- the wallets touched, and side by side what is known of each:
    currencies text[]   := '{}';
    floors     bigint[] := '{}';
    runs       boolean[] := '{}';
    locked     boolean[] := '{}';          -- its row will change
    helds      bigint[] := '{}';
    balances   bigint[] := '{}';           -- as decided so far
    seqs       bigint[] := '{}';
    trial      bigint[];                   -- balances if this instruction is booked
    lines      payments_entry[] := '{}';
    me         xid8 := pg_current_xact_id();
    latest     timestamptz;
    moment     timestamptz;
BEGIN
    IF current_setting('transaction_isolation') <> 'serializable' THEN
        RAISE EXCEPTION 'money is written at SERIALIZABLE only' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    IF abs(extract(epoch FROM clock_timestamp() - p_made_at)) > extract(epoch FROM p_tolerance) THEN
        RAISE EXCEPTION 'the stamp is too far from the database''s clock' USING ERRCODE = 'datetime_field_overflow';
    END IF;

    FOREACH i IN ARRAY p_instructions LOOP
        n := n + 1;
        IF i.reverses IS NOT NULL THEN
            SELECT * INTO STRICT undone FROM payments_transfer x WHERE x.id = i.reverses AND x.outcome = 'booked';
            i.legs := ledger_legs_undoing(undone.legs);
            p_instructions[n] := i;
        END IF;
        IF coalesce(cardinality(i.legs), 0) = 0 OR cardinality(i.legs) % 3 <> 0 THEN
            RAISE EXCEPTION 'legs come in threes' USING ERRCODE = 'check_violation';
        END IF;
        FOR k IN 1 .. cardinality(i.legs) BY 3 LOOP
            touched := touched || i.legs[k] || i.legs[k + 1];
            sources := sources || i.legs[k];
        END LOOP;
    END LOOP;

    -- Wallets whose row will change, locked in the order of their ids.
    FOR w IN SELECT * FROM payments_wallet x
              WHERE x.id = ANY (touched) AND (x.running OR x.floor IS NOT NULL AND x.id = ANY (sources))
              ORDER BY x.id FOR NO KEY UPDATE
    LOOP
        ids := ids || w.id; currencies := currencies || w.currency; floors := floors || w.floor; runs := runs || w.running;
        locked := locked || true; helds := helds || w.held; balances := balances || w.balance; seqs := seqs || w.seq;
        latest := greatest(latest, w.moved_at);
    END LOOP;
    -- The others are only credited, or are the house: read, not locked.
    IF NOT touched <@ ids THEN
        FOR w IN SELECT * FROM payments_wallet x WHERE x.id = ANY (touched) AND x.id <> ALL (ids) LOOP
            ids := ids || w.id; currencies := currencies || w.currency; floors := floors || NULL::bigint; runs := runs || false;
            locked := locked || false; helds := helds || 0::bigint; balances := balances || 0::bigint; seqs := seqs || 0::bigint;
        END LOOP;
    END IF;
    moment := greatest(clock_timestamp(), latest);      -- after the locks, so that time never runs against seq

    FOREACH i IN ARRAY p_instructions LOOP
        outcome := 'booked'; repeated := false; differs := NULL; trial := balances;
        FOR k IN 1 .. cardinality(i.legs) BY 3 LOOP
            s := array_position(ids, i.legs[k]);
            t := array_position(ids, i.legs[k + 1]);
            IF s IS NULL OR t IS NULL OR s = t OR currencies[s] <> currencies[t]
               OR i.legs[k + 2] IS NULL OR i.legs[k + 2] NOT BETWEEN 1 AND 1000000000000000 THEN
                RAISE EXCEPTION 'a leg names two wallets of one currency and an amount between 1 and 10^15'
                      USING ERRCODE = 'check_violation';
            END IF;
            trial[s] := trial[s] - i.legs[k + 2];
            trial[t] := trial[t] + i.legs[k + 2];
        END LOOP;
        FOR k IN 1 .. cardinality(i.legs) BY 3 LOOP
            s := array_position(ids, i.legs[k]);
            IF trial[s] - helds[s] < floors[s] THEN outcome := 'insufficient_funds'; END IF;
        END LOOP;

        -- The key decides: INSERT, never SELECT first. No row back means the key is known, or (no such key) the reversal is.
        FOR attempt IN 1..2 LOOP
            INSERT INTO payments_transfer AS x (reference, made_by_id, key, kind, outcome, note, source_id, target_id, legs,
                                                made_at, stamped, booked_at, xid, reverses_id)
            VALUES (gen_random_uuid(), p_made_by, i.key, i.kind, outcome, i.note, i.legs[1], i.legs[cardinality(i.legs) - 1],
                    i.legs, coalesce(p_made_at, moment), p_made_at IS NOT NULL, moment, me, i.reverses)
            ON CONFLICT DO NOTHING RETURNING x.id, x.reference INTO transfer_id, reference;
            EXIT WHEN FOUND;
            SELECT * INTO old FROM payments_transfer x WHERE x.made_by_id = p_made_by AND x.key = i.key;
            IF FOUND THEN
                transfer_id := old.id; reference := old.reference; outcome := old.outcome; repeated := true;
                differs := CASE
                    WHEN old.reverses_id IS DISTINCT FROM i.reverses THEN 'transfer'
                    WHEN old.kind <> i.kind THEN 'kind'
                    WHEN old.source_id <> i.legs[1] THEN 'payer'
                    WHEN old.target_id <> i.legs[cardinality(i.legs) - 1] THEN 'payee'
                    WHEN old.legs <> i.legs THEN 'amount'
                    WHEN old.note <> i.note THEN 'note' END;
                EXIT;
            END IF;
            outcome := 'already_reversed';
        END LOOP;

        IF outcome = 'booked' AND NOT repeated THEN
            line := 0;
            FOR k IN 1 .. cardinality(i.legs) BY 3 LOOP
                s := array_position(ids, i.legs[k]);
                t := array_position(ids, i.legs[k + 1]);
                IF locked[s] THEN balances[s] := balances[s] - i.legs[k + 2]; seqs[s] := seqs[s] + 1; END IF;
                IF locked[t] THEN balances[t] := balances[t] + i.legs[k + 2]; seqs[t] := seqs[t] + 1; END IF;
                lines := lines
                    || ledger_entry(transfer_id, line, ids[s], -i.legs[k + 2], CASE WHEN locked[s] THEN seqs[s] END,
                                    CASE WHEN runs[s] THEN balances[s] END, me, moment)
                    || ledger_entry(transfer_id, (line + 1)::smallint, ids[t], i.legs[k + 2], CASE WHEN locked[t] THEN seqs[t] END,
                                    CASE WHEN runs[t] THEN balances[t] END, me, moment);
                line := line + 2;
            END LOOP;
        END IF;
        RETURN NEXT;
    END LOOP;

    IF lines <> '{}' THEN
        UPDATE payments_wallet x SET balance = u.balance, seq = u.seq, moved_at = moment
          FROM unnest(ids, balances, seqs, locked) u (id, balance, seq, locked)
         WHERE x.id = u.id AND u.locked AND x.seq <> u.seq;
        INSERT INTO payments_entry (transfer_id, line, wallet_id, amount, seq, balance_after, xid, booked_at)
        SELECT e.transfer_id, e.line, e.wallet_id, e.amount, e.seq, e.balance_after, e.xid, e.booked_at FROM unnest(lines) e;
    END IF;
END $$;


-- The tail of an append-only wallet ------------------------------------------------------------------------------------------

-- Takes the finished part of the tail into the row; returns how many entries that were. It moves no money. REPEATABLE READ:
-- SERIALIZABLE reads of the tail would abort the credits, and waiting for the row must never meet an older sum.
CREATE OR REPLACE FUNCTION ledger_fold(p_wallet bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    w    payments_wallet;
    till xid8 := pg_snapshot_xmin(pg_current_snapshot());
    came bigint;
    many bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'repeatable read' THEN
        RAISE EXCEPTION 'the tail is folded at REPEATABLE READ' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    SELECT * INTO w FROM payments_wallet WHERE id = p_wallet AND NOT running FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount), 0), count(*) INTO came, many FROM payments_entry
     WHERE wallet_id = w.id AND seq IS NULL AND xid >= w.upto AND xid < till;
    IF many > 0 THEN
        UPDATE payments_wallet SET balance = balance + came, upto = till WHERE id = w.id;
    END IF;
    RETURN many;
END $$;

-- The balance with its tail, in minor units.
CREATE OR REPLACE FUNCTION ledger_balance(p_wallet bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT balance + coalesce((SELECT sum(amount) FROM payments_entry
                                WHERE wallet_id = w.id AND seq IS NULL AND xid >= w.upto AND NOT w.running), 0)::bigint
      FROM payments_wallet w WHERE id = p_wallet
$$;
