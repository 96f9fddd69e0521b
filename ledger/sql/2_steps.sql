-- What an instruction is, and the steps in which ledger_post (2_transfers.sql) decides and books it.

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

DROP TYPE IF EXISTS ledger_posting CASCADE;
CREATE TYPE ledger_posting AS (     -- the result of an instruction
    transfer_id bigint,         -- NULL: its legs name nothing which could move ('no_such_wallet' …), and nothing is stored
    reference   uuid,
    outcome     text,
    repeated    boolean,        -- the key was known, and this is its first outcome
    differs     text            -- the field that is other than under the key's first use; then nothing moved
);

DROP TYPE IF EXISTS ledger_line CASCADE;
CREATE TYPE ledger_line AS (        -- an entry that is to be written
    transfer_id   bigint,
    line          smallint,
    wallet_id     bigint,
    amount        bigint,
    seq           bigint,
    balance_after bigint
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

-- Whether this much more may be given back of a transfer. Refunds take from its target, whose row is locked, so they wait for one another.
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

-- What a key's first use was answered, and what of this instruction is other than then. No row if the key is new.
CREATE OR REPLACE FUNCTION ledger_first_use(p_made_by bigint, i ledger_instruction) RETURNS SETOF ledger_posting
LANGUAGE sql AS $$
    SELECT x.id, x.reference, x.outcome, true, ledger_difference(x, i)
      FROM ledger_transfer x WHERE x.made_by_id = p_made_by AND x.key = i.key
$$;

-- The wallets that are touched, as they are now. First come those whose row will change: they are locked, in the order of their
-- ids. The others are read.
CREATE OR REPLACE FUNCTION ledger_lock_wallets(p_touched bigint[], p_sources bigint[]) RETURNS ledger_wallet[]
LANGUAGE plpgsql AS $$
DECLARE
    wallets ledger_wallet[] := ARRAY(
        SELECT x FROM ledger_wallet x
         WHERE x.id = ANY (p_touched) AND ledger_row_changes(x.running, x.floor, x.id = ANY (p_sources))
         ORDER BY x.id FOR NO KEY UPDATE);
    locked  bigint[] := '{}';
    w       ledger_wallet;
BEGIN
    FOREACH w IN ARRAY wallets LOOP locked := locked || w.id; END LOOP;
    IF NOT p_touched <@ locked THEN
        wallets := wallets || ARRAY(SELECT x FROM ledger_wallet x WHERE x.id = ANY (p_touched) AND x.id <> ALL (locked));
    END IF;
    RETURN wallets;
END $$;

-- Where the wallets of these legs stand among `p_ids`: source, target, source, target …; NULL for one that is not there.
-- Looked up once for each leg, since array_position copies the array that it searches.
CREATE OR REPLACE FUNCTION ledger_places(p_legs bigint[], p_ids bigint[]) RETURNS int[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    places int[] := '{}';
BEGIN
    FOR k IN 1 .. coalesce(cardinality(p_legs), 0) BY 3 LOOP
        places := places || array_position(p_ids, p_legs[k]) || array_position(p_ids, p_legs[k + 1]);
    END LOOP;
    RETURN places;
END $$;

-- Whether these legs could move anything: 'booked', or why not.
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

-- By how much these legs together change a wallet's balance.
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

-- Whether a hold can be captured by these legs. Its row is locked.
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

-- What becomes of an instruction whose legs could move: 'booked', or why it is declined. The arrays are those of ledger_post.
CREATE OR REPLACE FUNCTION ledger_outcome(
    i ledger_instruction, p_places int[], p_wallets ledger_wallet[], p_balances bigint[], p_helds bigint[], p_moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    h        ledger_hold;
    s        int;
    released bigint := 0;           -- what the capture sets free
    outcome  text := 'booked';
BEGIN
    IF i.hold IS NOT NULL THEN
        SELECT * INTO STRICT h FROM ledger_hold x WHERE x.id = i.hold;
        outcome := ledger_capture_outcome(h, i.legs, p_moment);
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
        FOR n IN 1 .. cardinality(i.legs) / 3 LOOP
            s := p_places[2 * n - 1];
            IF ledger_falls_short(
                p_balances[s] + ledger_change(i.legs, i.legs[3 * n - 2]), p_helds[s] - released, p_wallets[s].floor
            ) THEN outcome := 'insufficient_funds'; END IF;
        END LOOP;
    END IF;
    RETURN outcome;
END $$;

-- Stores the instruction with its outcome, or answers what is stored under its key.
-- The key decides: INSERT, never SELECT first. No row back means the key is known, or (no such key) the reversal or hold is.
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
        SELECT * INTO posting FROM ledger_first_use(p_made_by, i);
        IF FOUND THEN
            RETURN posting;
        END IF;
        posting.outcome := CASE WHEN i.hold IS NULL THEN 'already_reversed' ELSE 'hold_has_ended' END;
    END LOOP;
    posting.repeated := false;
    RETURN posting;
END $$;

-- Writes the entries, and what is decided of the wallets with these ids: `p_ids` and the arrays after it stand side by side.
CREATE OR REPLACE FUNCTION ledger_write(
    p_lines ledger_line[], p_ids bigint[], p_balances bigint[], p_helds bigint[], p_seqs bigint[], p_moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    UPDATE ledger_wallet x SET balance = u.balance, held = u.held, seq = u.seq, moved_at = p_moment
      FROM unnest(p_ids, p_balances, p_helds, p_seqs) u (id, balance, held, seq)
     WHERE x.id = u.id AND x.seq <> u.seq;
    INSERT INTO ledger_entry (transfer_id, line, wallet_id, amount, seq, balance_after, xid, booked_at)
    SELECT e.transfer_id, e.line, e.wallet_id, e.amount, e.seq, e.balance_after, pg_current_xact_id(), p_moment
      FROM unnest(p_lines) e;
END $$;
