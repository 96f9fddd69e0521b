-- Moving money: one function for one transfer and for many, and a twin of it for the commonest case alone.

DROP TYPE IF EXISTS ledger_instruction CASCADE;
CREATE TYPE ledger_instruction AS (
    key      uuid,
    kind     text,
    note     text,
    legs     bigint[],      -- flat: source wallet, target wallet, amount in minor units; empty for a reversal
    reverses bigint,        -- the transfer to undo
    refunds  bigint,        -- the transfer of which this gives back a part
    hold     bigint         -- the hold this captures
);

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

-- Whether this much more may be given back of a transfer. Refunds take from its target, whose row is locked, so they queue.
CREATE OR REPLACE FUNCTION ledger_refund_outcome(p_paid bigint, p_legs bigint[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    paid        ledger_transfer;
    given_back  numeric;        -- as it left the one who was paid, and
    came_back   numeric;        -- as it reached the payer: two currencies where the transfer had two
BEGIN
    SELECT * INTO STRICT paid FROM ledger_transfer WHERE id = p_paid AND outcome = 'booked';
    IF p_legs[1] <> paid.target_id OR p_legs[cardinality(p_legs) - 1] <> paid.source_id THEN
        RAISE EXCEPTION 'a refund goes from the payee to the payer' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM ledger_transfer WHERE reverses_id = p_paid AND outcome = 'booked') THEN
        RETURN 'already_reversed';
    END IF;
    SELECT coalesce(sum(legs[3]), 0), coalesce(sum(legs[cardinality(legs)]), 0) INTO given_back, came_back
      FROM ledger_transfer WHERE refunds_id = p_paid AND outcome = 'booked';
    IF given_back + p_legs[3] > paid.legs[cardinality(paid.legs)] OR came_back + p_legs[cardinality(p_legs)] > paid.legs[3] THEN
        RETURN 'more_than_paid';
    END IF;
    RETURN 'booked';
END $$;

-- What of an instruction is other than under its key's first use; NULL if nothing is.
CREATE OR REPLACE FUNCTION ledger_difference(old ledger_transfer, i ledger_instruction) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
    RETURN CASE
        WHEN old.reverses_id IS DISTINCT FROM i.reverses THEN 'transfer'
        WHEN old.refunds_id IS DISTINCT FROM i.refunds THEN 'transfer'
        WHEN old.hold_id IS DISTINCT FROM i.hold THEN 'hold'
        WHEN old.kind <> i.kind THEN 'kind'
        WHEN old.source_id <> i.legs[1] THEN 'payer'
        WHEN old.target_id <> i.legs[cardinality(i.legs) - 1] THEN 'payee'
        WHEN old.legs <> i.legs THEN 'amount'
        WHEN old.note <> i.note THEN 'note' END;
END $$;

-- Decides every instruction in order, each as if it stood alone, then writes all entries and balances at once.
-- One row comes back for each, in order. `differs` names what is other than under the key's first use; then nothing moved.
-- Legs that name nothing which could move ('no_such_wallet' …) are answered and not stored: transfer_id is NULL.
CREATE OR REPLACE FUNCTION ledger_post(
    p_instructions ledger_instruction[], p_made_by bigint, p_made_at timestamptz, p_tolerance interval
) RETURNS TABLE (transfer_id bigint, reference uuid, outcome text, repeated boolean, differs text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    i          ledger_instruction;
    undone     ledger_transfer;
    old        ledger_transfer;
    w          ledger_wallet;
    h          ledger_hold;
    n          int := 0;
    k          int;
    s          int;
    t          int;
    touched    bigint[] := '{}';
    sources    bigint[] := '{}';
    captured   bigint[] := '{}';
    ids        bigint[] := '{}';           -- the wallets touched, and side by side what is known of each:
    currencies text[]   := '{}';
    floors     bigint[] := '{}';
    runs       boolean[] := '{}';
    locked     boolean[] := '{}';          -- its row will change
    helds      bigint[] := '{}';
    balances   bigint[] := '{}';           -- as decided so far
    seqs       bigint[] := '{}';
    trial      bigint[];                   -- balances if this instruction is booked
    released   bigint;                     -- what its capture sets free
    e_transfer bigint[] := '{}';           -- the entries to write, side by side
    e_line     smallint[] := '{}';
    e_wallet   bigint[] := '{}';
    e_amount   bigint[] := '{}';
    e_seq      bigint[] := '{}';
    e_after    bigint[] := '{}';
    me         xid8 := pg_current_xact_id();
    latest     timestamptz;
    moment     timestamptz;
BEGIN
    PERFORM ledger_require_now(p_made_at, p_tolerance);

    FOREACH i IN ARRAY p_instructions LOOP
        n := n + 1;
        IF i.reverses IS NOT NULL THEN
            SELECT * INTO STRICT undone FROM ledger_transfer x WHERE x.id = i.reverses AND x.outcome = 'booked';
            i.legs := ledger_legs_undoing(undone.legs);
            p_instructions[n] := i;
        END IF;
        IF i.hold IS NOT NULL THEN captured := captured || i.hold; END IF;
        FOR k IN 1 .. coalesce(cardinality(i.legs), 0) BY 3 LOOP
            touched := touched || i.legs[k] || i.legs[k + 1];
            sources := sources || i.legs[k];
        END LOOP;
    END LOOP;

    -- Wallets whose row will change, locked in the order of their ids; then the holds.
    FOR w IN SELECT * FROM ledger_wallet x
              WHERE x.id = ANY (touched) AND ledger_row_changes(x.running, x.floor, x.id = ANY (sources))
              ORDER BY x.id FOR NO KEY UPDATE
    LOOP
        ids := ids || w.id; currencies := currencies || w.currency; floors := floors || w.floor; runs := runs || w.running;
        locked := locked || true; helds := helds || w.held; balances := balances || w.balance; seqs := seqs || w.seq;
        latest := greatest(latest, w.moved_at);
    END LOOP;
    -- The others are only credited, or are the house: read, not locked.
    IF NOT touched <@ ids THEN
        FOR w IN SELECT * FROM ledger_wallet x WHERE x.id = ANY (touched) AND x.id <> ALL (ids) LOOP
            ids := ids || w.id; currencies := currencies || w.currency; floors := floors || NULL::bigint; runs := runs || false;
            locked := locked || false; helds := helds || 0::bigint; balances := balances || 0::bigint; seqs := seqs || 0::bigint;
        END LOOP;
    END IF;
    IF captured <> '{}' THEN
        PERFORM FROM ledger_hold x WHERE x.id = ANY (captured) ORDER BY x.id FOR UPDATE;
    END IF;
    moment := greatest(clock_timestamp(), latest);      -- after the locks, so that time never runs against seq

    FOREACH i IN ARRAY p_instructions LOOP
        transfer_id := NULL; reference := NULL; outcome := 'booked'; repeated := false; differs := NULL;
        trial := balances; released := 0;
        IF coalesce(cardinality(i.legs), 0) = 0 THEN
            outcome := 'nothing_to_move';
        END IF;
        FOR k IN 1 .. coalesce(cardinality(i.legs), 0) BY 3 LOOP
            s := array_position(ids, i.legs[k]);
            t := array_position(ids, i.legs[k + 1]);
            outcome := ledger_leg_outcome(i.legs[k], currencies[s], i.legs[k + 1], currencies[t], i.legs[k + 2]);
            EXIT WHEN outcome <> 'booked';
            trial[s] := trial[s] - i.legs[k + 2];
            trial[t] := trial[t] + i.legs[k + 2];
        END LOOP;
        IF outcome <> 'booked' THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF i.hold IS NOT NULL THEN
            SELECT * INTO STRICT h FROM ledger_hold x WHERE x.id = i.hold;
            s := array_position(ids, h.source_id);
            IF i.legs[1] <> h.source_id OR i.legs[cardinality(i.legs) - 1] <> h.target_id THEN
                RAISE EXCEPTION 'a hold is captured by its own target' USING ERRCODE = 'check_violation';
            END IF;
            outcome := CASE WHEN h.status <> 'open' OR h.expires_at <= moment THEN 'hold_has_ended'
                            WHEN balances[s] - trial[s] > h.amount THEN 'more_than_held' ELSE outcome END;
            IF outcome = 'booked' THEN released := h.amount; END IF;
        END IF;
        IF i.refunds IS NOT NULL THEN
            outcome := ledger_refund_outcome(i.refunds, i.legs);
        ELSIF i.reverses IS NOT NULL AND EXISTS (
            SELECT FROM ledger_transfer x WHERE x.refunds_id = i.reverses AND x.outcome = 'booked'
        ) THEN
            outcome := 'already_refunded';
        END IF;
        IF outcome = 'booked' THEN
            FOR k IN 1 .. cardinality(i.legs) BY 3 LOOP
                s := array_position(ids, i.legs[k]);
                IF ledger_falls_short(trial[s], helds[s] - released, floors[s]) THEN outcome := 'insufficient_funds'; END IF;
            END LOOP;
        END IF;

        -- The key decides: INSERT, never SELECT first. No row back means the key is known, or (no such key) the reversal is.
        FOR attempt IN 1..2 LOOP
            INSERT INTO ledger_transfer AS x (reference, made_by_id, key, kind, outcome, note, source_id, target_id, legs,
                                                made_at, stamped, booked_at, xid, reverses_id, refunds_id, hold_id)
            VALUES (gen_random_uuid(), p_made_by, i.key, i.kind, outcome, i.note, i.legs[1], i.legs[cardinality(i.legs) - 1],
                    i.legs, coalesce(p_made_at, moment), p_made_at IS NOT NULL, moment, me, i.reverses, i.refunds, i.hold)
            ON CONFLICT DO NOTHING RETURNING x.id, x.reference INTO transfer_id, reference;
            EXIT WHEN FOUND;
            SELECT * INTO old FROM ledger_transfer x WHERE x.made_by_id = p_made_by AND x.key = i.key;
            IF FOUND THEN
                transfer_id := old.id; reference := old.reference; outcome := old.outcome; repeated := true;
                differs := ledger_difference(old, i);
                EXIT;
            END IF;
            outcome := CASE WHEN i.hold IS NULL THEN 'already_reversed' ELSE 'hold_has_ended' END;
        END LOOP;

        IF outcome = 'booked' AND NOT repeated THEN
            FOR k IN 1 .. cardinality(i.legs) BY 3 LOOP
                s := array_position(ids, i.legs[k]);
                t := array_position(ids, i.legs[k + 1]);
                IF locked[s] THEN balances[s] := balances[s] - i.legs[k + 2]; seqs[s] := seqs[s] + 1; END IF;
                IF locked[t] THEN balances[t] := balances[t] + i.legs[k + 2]; seqs[t] := seqs[t] + 1; END IF;
                e_transfer := e_transfer || transfer_id || transfer_id;
                e_line := e_line || ((k - 1) / 3 * 2)::smallint || ((k - 1) / 3 * 2 + 1)::smallint;
                e_wallet := e_wallet || ids[s] || ids[t];
                e_amount := e_amount || -i.legs[k + 2] || i.legs[k + 2];
                e_seq := e_seq || CASE WHEN locked[s] THEN seqs[s] END || CASE WHEN locked[t] THEN seqs[t] END;
                e_after := e_after || CASE WHEN runs[s] THEN balances[s] END || CASE WHEN runs[t] THEN balances[t] END;
            END LOOP;
            IF i.hold IS NOT NULL THEN
                s := array_position(ids, h.source_id);
                helds[s] := helds[s] - h.amount;
                UPDATE ledger_hold x SET status = 'captured', ended_at = moment WHERE x.id = i.hold;
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;

    IF e_transfer <> '{}' THEN
        UPDATE ledger_wallet x SET balance = u.balance, held = u.held, seq = u.seq, moved_at = moment
          FROM unnest(ids, balances, helds, seqs, locked) u (id, balance, held, seq, locked)
         WHERE x.id = u.id AND u.locked AND x.seq <> u.seq;
        INSERT INTO ledger_entry (transfer_id, line, wallet_id, amount, seq, balance_after, xid, booked_at)
        SELECT e.transfer_id, e.line, e.wallet_id, e.amount, e.seq, e.balance_after, me, moment
          FROM unnest(e_transfer, e_line, e_wallet, e_amount, e_seq, e_after)
               e (transfer_id, line, wallet_id, amount, seq, balance_after);
    END IF;
END $$;


-- One instruction with one leg that reverses, refunds and captures nothing: most of all transfers. It decides and writes what
-- ledger_post would, at half the cost, since nothing is kept in arrays (tests/ledger/test_twins.py compares the two).
CREATE OR REPLACE FUNCTION ledger_post_one(
    p_key uuid, p_kind text, p_note text, p_source bigint, p_target bigint, p_amount bigint,
    p_made_by bigint, p_made_at timestamptz, p_tolerance interval,
    OUT transfer_id bigint, OUT reference uuid, OUT outcome text, OUT repeated boolean, OUT differs text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    source    ledger_wallet;
    target    ledger_wallet;
    low       ledger_wallet;      -- the two again, in the order of their ids
    high      ledger_wallet;
    old       ledger_transfer;
    takes     boolean;              -- the source's row changes
    gives     boolean;              -- the target's
    me        xid8 := pg_current_xact_id();
    moment    timestamptz;
BEGIN
    PERFORM ledger_require_now(p_made_at, p_tolerance);
    outcome := 'booked'; repeated := false;

    -- Rows that will change are locked in the order of their ids; the others are read.
    SELECT * INTO low FROM ledger_wallet x
     WHERE x.id = least(p_source, p_target) AND ledger_row_changes(x.running, x.floor, x.id = p_source) FOR NO KEY UPDATE;
    IF NOT FOUND THEN SELECT * INTO low FROM ledger_wallet x WHERE x.id = least(p_source, p_target); END IF;
    SELECT * INTO high FROM ledger_wallet x
     WHERE x.id = greatest(p_source, p_target) AND ledger_row_changes(x.running, x.floor, x.id = p_source) FOR NO KEY UPDATE;
    IF NOT FOUND THEN SELECT * INTO high FROM ledger_wallet x WHERE x.id = greatest(p_source, p_target); END IF;
    IF p_source <= p_target THEN source := low; target := high; ELSE source := high; target := low; END IF;
    takes := ledger_row_changes(source.running, source.floor, true);
    gives := ledger_row_changes(target.running, target.floor, false);
    moment := greatest(clock_timestamp(), CASE WHEN takes THEN source.moved_at END, CASE WHEN gives THEN target.moved_at END);

    outcome := ledger_leg_outcome(p_source, source.currency, p_target, target.currency, p_amount);
    IF outcome <> 'booked' THEN
        RETURN;
    END IF;
    IF ledger_falls_short(source.balance - p_amount, source.held, source.floor) THEN
        outcome := 'insufficient_funds';
    END IF;

    INSERT INTO ledger_transfer AS x (reference, made_by_id, key, kind, outcome, note, source_id, target_id, legs,
                                        made_at, stamped, booked_at, xid)
    VALUES (gen_random_uuid(), p_made_by, p_key, p_kind, outcome, p_note, p_source, p_target,
            ARRAY[p_source, p_target, p_amount], coalesce(p_made_at, moment), p_made_at IS NOT NULL, moment, me)
    ON CONFLICT (made_by_id, key) DO NOTHING RETURNING x.id, x.reference INTO transfer_id, reference;
    IF NOT FOUND THEN
        SELECT * INTO STRICT old FROM ledger_transfer x WHERE x.made_by_id = p_made_by AND x.key = p_key;
        transfer_id := old.id; reference := old.reference; outcome := old.outcome; repeated := true;
        differs := ledger_difference(
            old, (p_key, p_kind, p_note, ARRAY[p_source, p_target, p_amount], NULL, NULL, NULL)::ledger_instruction);
        RETURN;
    END IF;

    IF outcome = 'booked' THEN
        IF takes THEN
            UPDATE ledger_wallet x SET balance = x.balance - p_amount, seq = x.seq + 1, moved_at = moment WHERE x.id = p_source;
        END IF;
        IF gives THEN
            UPDATE ledger_wallet x SET balance = x.balance + p_amount, seq = x.seq + 1, moved_at = moment WHERE x.id = p_target;
        END IF;
        INSERT INTO ledger_entry (transfer_id, line, wallet_id, amount, seq, balance_after, xid, booked_at)
        VALUES (transfer_id, 0, p_source, -p_amount, CASE WHEN takes THEN source.seq + 1 END,
                CASE WHEN source.running THEN source.balance - p_amount END, me, moment),
               (transfer_id, 1, p_target, p_amount, CASE WHEN gives THEN target.seq + 1 END,
                CASE WHEN gives THEN target.balance + p_amount END, me, moment);
    END IF;
END $$;
