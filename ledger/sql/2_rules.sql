-- Rules that several functions need. Each is written once, so that ledger_post, its twin and holds always decide alike.
-- PostgreSQL inlines these functions: it plans their expression in place of the call, so a rule costs nothing. It does so only if
-- a function is LANGUAGE sql, IMMUTABLE, without settings and not SECURITY DEFINER. tests/ledger/test_rules.py reads the plans.

-- The largest amount of one leg or hold, in minor units. conversion.money.LARGEST_MINOR is the same number in Python.
CREATE OR REPLACE FUNCTION ledger_largest_amount() RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 1000000000000000;

-- Whether an amount can be moved or held: from 1 to the largest amount. NULL if the amount is NULL.
CREATE OR REPLACE FUNCTION ledger_is_amount(p_amount bigint) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN p_amount BETWEEN 1 AND ledger_largest_amount();

-- Whether a transfer changes a wallet's row, and therefore must lock it. There are two cases in which it only inserts an entry:
-- an append-only wallet is paid, or a wallet without a floor pays. ledger.wallets.lock_set is the same rule in Python.
CREATE OR REPLACE FUNCTION ledger_row_changes(p_running boolean, p_floor bigint, p_pays boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_running OR p_floor IS NOT NULL AND p_pays;

-- Whether a leg is possible: 'booked', or the reason why not. The currency of a wallet that does not exist is NULL.
CREATE OR REPLACE FUNCTION ledger_leg_outcome(
    p_source bigint, p_source_currency text, p_target bigint, p_target_currency text, p_amount bigint
) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN p_source_currency IS NULL OR p_target_currency IS NULL THEN 'no_such_wallet'
    WHEN p_source = p_target THEN 'same_wallet'
    WHEN p_source_currency <> p_target_currency THEN 'wrong_currency'
    WHEN ledger_is_amount(p_amount) THEN 'booked'
    ELSE 'amount_out_of_range' END;

-- How low an instruction may bring a wallet: to its floor if it may owe, otherwise to zero. NULL for a system wallet. A floor is
-- never above zero.
CREATE OR REPLACE FUNCTION ledger_lowest(p_floor bigint, p_may_owe boolean) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_may_owe THEN p_floor WHEN p_floor IS NOT NULL THEN 0 END;

-- Whether a balance is too low for the holds and the floor. For a system wallet, which has no floor, the result is NULL. IF and
-- CASE take NULL for no.
CREATE OR REPLACE FUNCTION ledger_falls_short(p_balance bigint, p_held bigint, p_floor bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_balance - p_held < p_floor;
