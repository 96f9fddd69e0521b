-- The types of instructions and their results, and the steps by which ledger_post (2_transfers.sql) decides and books.

DROP TYPE IF EXISTS ledger_instruction CASCADE;
CREATE TYPE ledger_instruction AS (
    key      uuid,
    kind     text,
    note     text,
    legs     bigint[],      -- flat: source wallet, target wallet, amount in minor units; empty for a reversal
    reverses bigint,        -- the transfer that this undoes
    refunds  bigint,        -- the transfer of which this gives back a part
    hold     bigint,        -- the hold that this captures
    may_owe  boolean        -- whether a source may go below zero, down to its floor
);

DROP TYPE IF EXISTS ledger_posting CASCADE;
CREATE TYPE ledger_posting AS (     -- the result of an instruction
    transfer_id bigint,         -- NULL: its legs are impossible ('no_such_wallet' …), and nothing is stored
    reference   uuid,
    outcome     text,
    repeated    boolean,        -- the key was known, and the outcome is that of its first use
    differs     text            -- the field whose content is not that of the key's first use; then nothing moved
);

DROP TYPE IF EXISTS ledger_line CASCADE;
CREATE TYPE ledger_line AS (        -- an entry that will be written
    transfer_id   bigint,
    line          smallint,
    wallet_id     bigint,
    amount        bigint,
    seq           bigint,
    balance_after bigint
);

-- The legs that undo these: each in the opposite direction, the last leg first.
CREATE OR REPLACE FUNCTION ledger_legs_undoing(p_legs bigint[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_undoing bigint[] := '{}';
BEGIN
    FOR n IN REVERSE cardinality(p_legs) / 3 .. 1 LOOP
        v_undoing := v_undoing || ARRAY[p_legs[n * 3 - 1], p_legs[n * 3 - 2], p_legs[n * 3]];
    END LOOP;
    RETURN v_undoing;
END $$;

-- Whether these legs may refund a transfer: 'booked', or the reason why not. Two refunds of one transfer cannot exceed it together:
-- a refund takes money from the transfer's target, whose row is locked, so the second refund waits for the first.
CREATE OR REPLACE FUNCTION ledger_refund_outcome(p_paid bigint, p_legs bigint[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    paid        ledger_transfer;
    given_back  numeric;        -- all refunds before, as they left the payee, in the payee's currency
    came_back   numeric;        -- the same refunds as they reached the payer, in the payer's currency
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
    -- The two sides may have two currencies. Neither may exceed what was paid.
    IF given_back + p_legs[3] > paid.legs[cardinality(paid.legs)] OR came_back + p_legs[cardinality(p_legs)] > paid.legs[3] THEN
        RETURN 'more_than_paid';
    END IF;
    RETURN 'booked';
END $$;

-- The first field in which an instruction differs from its key's first use; NULL if there is none. What reaches the target of a
-- refund or a capture follows from the rate at the time, which may have moved since; the maker asked for what leaves the source.
CREATE OR REPLACE FUNCTION ledger_difference(old ledger_transfer, i ledger_instruction) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
    RETURN CASE
        WHEN old.reverses_id IS DISTINCT FROM i.reverses THEN 'transfer'
        WHEN old.refunds_id IS DISTINCT FROM i.refunds THEN 'transfer'
        WHEN old.hold_id IS DISTINCT FROM i.hold THEN 'hold'
        WHEN old.kind <> i.kind THEN 'kind'
        WHEN old.source_id <> i.legs[1] THEN 'payer'
        WHEN old.target_id <> i.legs[cardinality(i.legs) - 1] THEN 'payee'
        WHEN old.legs[1:3] <> i.legs[1:3] THEN 'amount'
        WHEN old.legs <> i.legs AND i.refunds IS NULL AND i.hold IS NULL THEN 'amount'
        WHEN old.note <> i.note THEN 'note' END;
END $$;

-- The result of a key's first use, with the field in which this instruction differs from it. No row if the key is new.
CREATE OR REPLACE FUNCTION ledger_first_use(p_made_by bigint, i ledger_instruction) RETURNS SETOF ledger_posting
LANGUAGE sql AS $$
    SELECT x.id, x.reference, x.outcome, true, ledger_difference(x, i)
      FROM ledger_transfer x WHERE x.made_by_id = p_made_by AND x.key = i.key
$$;

-- The rows of all wallets that the instructions name. Those whose row will change come first: they are locked, in the order of
-- their ids. The others are only read.
CREATE OR REPLACE FUNCTION ledger_lock_wallets(p_touched bigint[], p_sources bigint[]) RETURNS ledger_wallet[]
LANGUAGE plpgsql AS $$
DECLARE
    wallets ledger_wallet[] := ARRAY(
        SELECT x FROM ledger_wallet x
         WHERE x.id = ANY (p_touched) AND ledger_row_changes(x.running, x.floor, x.id = ANY (p_sources))
         ORDER BY x.id FOR NO KEY UPDATE);      -- all transactions lock in this order, so no two wait for each other
    locked  bigint[] := '{}';
    w       ledger_wallet;
BEGIN
    FOREACH w IN ARRAY wallets LOOP locked := locked || w.id; END LOOP;
    IF NOT p_touched <@ locked THEN
        wallets := wallets || ARRAY(SELECT x FROM ledger_wallet x WHERE x.id = ANY (p_touched) AND x.id <> ALL (locked));
    END IF;
    RETURN wallets;
END $$;

-- The positions of the legs' wallets in `p_ids`: source, target, source, target …; NULL for a wallet that is not in `p_ids`.
-- Positions are looked up once for each leg, since array_position copies the array that it searches.
CREATE OR REPLACE FUNCTION ledger_places(p_legs bigint[], p_ids bigint[]) RETURNS int[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    places int[] := '{}';
BEGIN
    FOR k IN 1 .. coalesce(cardinality(p_legs), 0) BY 3 LOOP
        places := places || array_position(p_ids, p_legs[k]) || array_position(p_ids, p_legs[k + 1]);
    END LOOP;
    RETURN places;
END $$;

-- Whether all of these legs are possible: 'booked', or the reason why the first impossible leg is not.
CREATE OR REPLACE FUNCTION ledger_legs_outcome(p_legs bigint[], p_places int[], p_wallets ledger_wallet[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    outcome text := 'nothing_to_move';
BEGIN
    FOR n IN 1 .. cardinality(p_places) / 2 LOOP
        outcome := ledger_leg_outcome(p_legs[3 * n - 2], p_wallets[p_places[2 * n - 1]].currency,
                                      p_legs[3 * n - 1], p_wallets[p_places[2 * n]].currency, p_legs[3 * n]);
        EXIT WHEN outcome <> 'booked';
    END LOOP;
    RETURN outcome;
END $$;

-- By how much these legs together change the balance of a wallet, in minor units; negative if it pays.
CREATE OR REPLACE FUNCTION ledger_change(p_legs bigint[], p_wallet bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    change bigint := 0;
BEGIN
    FOR n IN 1 .. cardinality(p_legs) / 3 LOOP
        IF p_legs[3 * n - 2] = p_wallet THEN change := change - p_legs[3 * n]; END IF;
        IF p_legs[3 * n - 1] = p_wallet THEN change := change + p_legs[3 * n]; END IF;
    END LOOP;
    RETURN change;
END $$;

-- Whether these legs may capture a hold: 'booked', or the reason why not. The caller has locked the hold's row.
CREATE OR REPLACE FUNCTION ledger_capture_outcome(h ledger_hold, p_legs bigint[], p_moment timestamptz) RETURNS text
LANGUAGE plpgsql AS $$ BEGIN
    IF p_legs[1] <> h.source_id OR p_legs[cardinality(p_legs) - 1] <> h.target_id THEN
        RAISE EXCEPTION 'a hold is captured by its own target' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE
        WHEN h.status <> 'open' OR h.expires_at <= p_moment THEN 'hold_has_ended'
        WHEN -ledger_change(p_legs, h.source_id) > h.amount THEN 'more_than_held'
        ELSE 'booked' END;
END $$;

-- The outcome of an instruction whose legs are possible: 'booked', or the reason for the decline. The arrays are those of
-- ledger_post.
CREATE OR REPLACE FUNCTION ledger_outcome(
    i ledger_instruction, p_places int[], p_wallets ledger_wallet[], p_balances bigint[], p_helds bigint[], p_moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    h        ledger_hold;
    s        int;
    released bigint := 0;           -- the amount of the hold that a capture ends
    outcome  text := 'booked';
BEGIN
    IF i.hold IS NOT NULL THEN
        SELECT * INTO STRICT h FROM ledger_hold x WHERE x.id = i.hold;
        outcome := ledger_capture_outcome(h, i.legs, p_moment);
        IF outcome = 'booked' THEN released := h.amount; END IF;
    END IF;
    -- A second reversal is not checked here: a unique index refuses it (ledger_store).
    IF i.refunds IS NOT NULL THEN
        outcome := ledger_refund_outcome(i.refunds, i.legs);
    ELSIF i.reverses IS NOT NULL AND EXISTS (
        SELECT FROM ledger_transfer x WHERE x.refunds_id = i.reverses AND x.outcome = 'booked'
    ) THEN
        outcome := 'already_refunded';
    END IF;
    IF outcome = 'booked' THEN
        FOR n IN 1 .. cardinality(i.legs) / 3 LOOP
            s := p_places[2 * n - 1];
            -- All legs count together, since a wallet may be in several. A capture may spend the amount of its own hold, also if the
            -- wallet has gone into debt since the hold was placed.
            IF ledger_falls_short(
                p_balances[s] + ledger_change(i.legs, i.legs[3 * n - 2]), p_helds[s] - released,
                ledger_lowest(p_wallets[s].floor, i.may_owe OR i.hold IS NOT NULL)
            ) THEN outcome := 'insufficient_funds'; END IF;
        END LOOP;
    END IF;
    RETURN outcome;
END $$;

-- Stores the instruction with its outcome. If its key is known, returns what is stored under the key.
-- It inserts first and never searches before: under SERIALIZABLE, a search for a key that does not exist makes other transactions
-- abort. If INSERT returns no row, a unique index has refused it: that of the key, of booked reversals, or of captures.
CREATE OR REPLACE FUNCTION ledger_store(
    i ledger_instruction, p_outcome text, p_made_by bigint, p_made_at timestamptz, p_moment timestamptz
) RETURNS ledger_posting LANGUAGE plpgsql AS $$
DECLARE
    posting ledger_posting;
BEGIN
    posting.outcome := p_outcome;
    FOR attempt IN 1..2 LOOP
        INSERT INTO ledger_transfer AS x (reference, made_by_id, key, kind, outcome, note, source_id, target_id, legs,
                                            made_at, timestamped, booked_at, xid, reverses_id, refunds_id, hold_id)
        VALUES (gen_random_uuid(), p_made_by, i.key, i.kind, posting.outcome, i.note, i.legs[1], i.legs[cardinality(i.legs) - 1],
                i.legs, coalesce(p_made_at, p_moment), p_made_at IS NOT NULL, p_moment, pg_current_xact_id(),
                i.reverses, i.refunds, i.hold)
        ON CONFLICT DO NOTHING RETURNING x.id, x.reference INTO posting.transfer_id, posting.reference;
        EXIT WHEN FOUND;
        -- The row is refused. Is the key known?
        SELECT * INTO posting FROM ledger_first_use(p_made_by, i);
        IF FOUND THEN
            RETURN posting;
        END IF;
        -- No: another key has undone the transfer or captured the hold. The second round stores this decline, which the two indexes
        -- over booked transfers do not refuse.
        posting.outcome := CASE WHEN i.hold IS NULL THEN 'already_reversed' ELSE 'hold_has_ended' END;
    END LOOP;
    posting.repeated := false;
    RETURN posting;
END $$;

-- Writes the entries, and the new values of the wallets `p_ids`. The arrays after `p_ids` have the same order; they may be longer,
-- and what is beyond `p_ids` is not written.
CREATE OR REPLACE FUNCTION ledger_write(
    p_lines ledger_line[], p_ids bigint[], p_balances bigint[], p_helds bigint[], p_seqs bigint[], p_moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    UPDATE ledger_wallet x SET balance = u.balance, held = u.held, seq = u.seq, moved_at = p_moment
      FROM unnest(p_ids, p_balances, p_helds, p_seqs) u (id, balance, held, seq)
     WHERE x.id = u.id AND x.seq <> u.seq;      -- a wallet whose instructions were all declined is not written
    INSERT INTO ledger_entry (transfer_id, line, wallet_id, amount, seq, balance_after, xid, booked_at)
    SELECT e.transfer_id, e.line, e.wallet_id, e.amount, e.seq, e.balance_after, pg_current_xact_id(), p_moment
      FROM unnest(p_lines) e;
END $$;
