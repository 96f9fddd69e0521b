-- Moving money: ledger_post for one transfer or many, and its twin ledger_post_one for the most common case.

-- Decides the instructions in order, each as if it stood alone, and then writes all entries and balances at once.
-- Returns one row for each instruction, in order.
CREATE OR REPLACE FUNCTION ledger_post(
    p_instructions ledger_instruction[], p_made_by bigint, p_made_at timestamptz, p_tolerance interval
) RETURNS SETOF ledger_posting LANGUAGE plpgsql AS $$
DECLARE
    i        ledger_instruction;
    undone   ledger_transfer;
    w        ledger_wallet;
    posting  ledger_posting;
    number   int := 0;
    s        int;
    t        int;
    touched  bigint[] := '{}';
    sources  bigint[] := '{}';
    captured bigint[] := '{}';
    wallets  ledger_wallet[];       -- the wallets of all instructions as they were read; those whose row will change come first
    changing int := 0;              -- how many of them will change
    ids      bigint[] := '{}';      -- the ids of `wallets`. The next three arrays have the same order: the values decided so far
    balances bigint[] := '{}';
    helds    bigint[] := '{}';
    seqs     bigint[] := '{}';
    places   int[];                 -- the positions of this instruction's wallets in `ids`
    released bigint;                -- the amount of the hold that a capture ends
    lines    ledger_line[] := '{}'; -- the entries to write
    latest   timestamptz;
    moment   timestamptz;
BEGIN
    PERFORM ledger_require_now(p_made_at, p_tolerance);

    -- All wallets must be known before the first is locked: locks are taken in the order of ids.
    FOREACH i IN ARRAY p_instructions LOOP
        number := number + 1;
        IF i.reverses IS NOT NULL THEN
            SELECT * INTO STRICT undone FROM ledger_transfer x WHERE x.id = i.reverses AND x.outcome = 'booked';
            i.legs := ledger_legs_undoing(undone.legs);
            p_instructions[number] := i;
        END IF;
        IF i.hold IS NOT NULL THEN captured := captured || i.hold; END IF;
        FOR k IN 1 .. coalesce(cardinality(i.legs), 0) BY 3 LOOP
            touched := touched || i.legs[k] || i.legs[k + 1];
            sources := sources || i.legs[k];
        END LOOP;
    END LOOP;

    -- Wallets are locked before holds, as everywhere (1_wallets.sql).
    wallets := ledger_lock_wallets(touched, sources);
    FOREACH w IN ARRAY wallets LOOP
        ids := ids || w.id; balances := balances || w.balance; helds := helds || w.held; seqs := seqs || w.seq;
        IF ledger_row_changes(w.running, w.floor, w.id = ANY (sources)) THEN
            changing := changing + 1;
            latest := greatest(latest, w.moved_at);
        END IF;
    END LOOP;
    IF captured <> '{}' THEN
        PERFORM FROM ledger_hold x WHERE x.id = ANY (captured) ORDER BY x.id FOR UPDATE;
    END IF;
    moment := greatest(clock_timestamp(), latest);      -- taken after the locks, so that a later seq never has an earlier time

    FOREACH i IN ARRAY p_instructions LOOP
        places := ledger_places(i.legs, ids);
        posting := (NULL, NULL, ledger_legs_outcome(i.legs, places, wallets), false, NULL)::ledger_posting;
        IF posting.outcome = 'booked' THEN
            posting := ledger_store(
                i, ledger_outcome(i, places, wallets, balances, helds, moment), p_made_by, p_made_at, moment);
        END IF;
        IF posting.outcome = 'booked' AND NOT posting.repeated THEN
            FOR n IN 1 .. cardinality(i.legs) / 3 LOOP
                s := places[2 * n - 1];
                t := places[2 * n];
                balances[s] := balances[s] - i.legs[3 * n];
                balances[t] := balances[t] + i.legs[3 * n];
                seqs[s] := seqs[s] + 1;     -- also for wallets whose row does not change; there the number is not written
                seqs[t] := seqs[t] + 1;
                lines := lines
                      || (posting.transfer_id, 2 * n - 2, ids[s], -i.legs[3 * n], CASE WHEN s <= changing THEN seqs[s] END,
                          CASE WHEN wallets[s].running THEN balances[s] END)::ledger_line
                      || (posting.transfer_id, 2 * n - 1, ids[t], i.legs[3 * n], CASE WHEN t <= changing THEN seqs[t] END,
                          CASE WHEN wallets[t].running THEN balances[t] END)::ledger_line;
            END LOOP;
            IF i.hold IS NOT NULL THEN
                s := places[1];     -- the first source of a capture is the hold's source
                UPDATE ledger_hold x SET status = 'captured', ended_at = moment WHERE x.id = i.hold
                RETURNING x.amount INTO released;
                helds[s] := helds[s] - released;
            END IF;
        END IF;
        RETURN NEXT posting;
    END LOOP;

    IF lines <> '{}' THEN
        PERFORM ledger_write(lines, ids[:changing], balances, helds, seqs, moment);     -- the other rows do not change
    END IF;
END $$;

-- Books one instruction that has one leg and reverses, refunds and captures nothing. Most transfers are such instructions. This
-- function decides and writes what ledger_post would, at three quarters of the cost, since it keeps nothing in arrays.
-- tests/ledger/test_twins.py compares the two functions.
CREATE OR REPLACE FUNCTION ledger_post_one(
    p_key uuid, p_kind text, p_note text, p_source bigint, p_target bigint, p_amount bigint,
    p_may_owe boolean, p_made_by bigint, p_made_at timestamptz, p_tolerance interval,
    OUT transfer_id bigint, OUT reference uuid, OUT outcome text, OUT repeated boolean, OUT differs text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    source    ledger_wallet;
    target    ledger_wallet;
    low       ledger_wallet;      -- the same two wallets in the order of their ids
    high      ledger_wallet;
    takes     boolean;              -- whether the source's row changes
    gives     boolean;              -- whether the target's row changes
    me        xid8 := pg_current_xact_id();
    moment    timestamptz;
BEGIN
    PERFORM ledger_require_now(p_made_at, p_tolerance);
    outcome := 'booked'; repeated := false;

    -- Rows that will change are locked, in the order of their ids. The others are only read: a lock would make payers wait for
    -- each other at a wallet that all of them pay.
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

    -- An impossible leg is answered and not stored, as in ledger_post.
    outcome := ledger_leg_outcome(p_source, source.currency, p_target, target.currency, p_amount);
    IF outcome <> 'booked' THEN
        RETURN;
    END IF;
    IF ledger_falls_short(source.balance - p_amount, source.held, ledger_lowest(source.floor, p_may_owe)) THEN
        outcome := 'insufficient_funds';
    END IF;

    -- This does what ledger_store does. To call ledger_store would cost 4 % of a transfer (ARCHITECTURE.md, *Speed*).
    INSERT INTO ledger_transfer AS x (reference, made_by_id, key, kind, outcome, note, source_id, target_id, legs,
                                        made_at, timestamped, booked_at, xid)
    VALUES (gen_random_uuid(), p_made_by, p_key, p_kind, outcome, p_note, p_source, p_target,
            ARRAY[p_source, p_target, p_amount], coalesce(p_made_at, moment), p_made_at IS NOT NULL, moment, me)
    ON CONFLICT (made_by_id, key) DO NOTHING RETURNING x.id, x.reference INTO transfer_id, reference;
    IF NOT FOUND THEN
        SELECT * INTO STRICT transfer_id, reference, outcome, repeated, differs FROM ledger_first_use(
            p_made_by, (p_key, p_kind, p_note, ARRAY[p_source, p_target, p_amount], NULL, NULL, NULL, p_may_owe)::ledger_instruction);
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
