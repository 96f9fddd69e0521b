-- Rules that several functions ask. Each stands here once, so that ledger_post, its twin and holds cannot come to differ.
-- PostgreSQL inlines them: it plans their expression in place of the call, so a rule costs nothing. It does so only while a
-- function is LANGUAGE sql, IMMUTABLE, without settings and not SECURITY DEFINER. tests/ledger/test_rules.py reads the plans.

-- The largest amount of one leg or hold, in minor units. conversion.money.LARGEST_MINOR says the same to Python.
CREATE OR REPLACE FUNCTION ledger_largest_amount() RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 1000000000000000;

CREATE OR REPLACE FUNCTION ledger_is_amount(p_amount bigint) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN p_amount BETWEEN 1 AND ledger_largest_amount();

-- Whether a transfer changes a wallet's row, and therefore locks it. Otherwise it writes an entry and leaves the row alone: where
-- an append-only wallet is paid, and where one without a floor pays. ledger.wallets.lock_set says the same to Python.
CREATE OR REPLACE FUNCTION ledger_row_changes(p_running boolean, p_floor bigint, p_pays boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_running OR p_floor IS NOT NULL AND p_pays;

-- Whether a leg could move anything: 'booked', or why not. A wallet that does not exist has no currency.
CREATE OR REPLACE FUNCTION ledger_leg_outcome(
    p_source bigint, p_source_currency text, p_target bigint, p_target_currency text, p_amount bigint
) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN p_source_currency IS NULL OR p_target_currency IS NULL THEN 'no_such_wallet'
    WHEN p_source = p_target THEN 'same_wallet'
    WHEN p_source_currency <> p_target_currency THEN 'wrong_currency'
    WHEN ledger_is_amount(p_amount) THEN 'booked'
    ELSE 'amount_out_of_range' END;

-- Whether a balance does not cover the holds and the floor. NULL, which counts as no, for a system wallet: it has no floor.
CREATE OR REPLACE FUNCTION ledger_falls_short(p_balance bigint, p_held bigint, p_floor bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_balance - p_held < p_floor;
