-- Balances: settling append-only wallets, and the balance of a wallet now or at a moment in the past.

-- Adds the pending entries of finished transactions to the wallet's row; returns how many entries it added. It moves no money.
-- It needs REPEATABLE READ. At SERIALIZABLE, reading the pending entries would make payments into the wallet abort. At READ
-- COMMITTED, the row could be newer than `till` after a wait for its lock; REPEATABLE READ then fails with 40001.
CREATE OR REPLACE FUNCTION ledger_settle(p_wallet bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    w    ledger_wallet;
    till xid8 := pg_snapshot_xmin(pg_current_snapshot());       -- all transactions below have ended: no entry can come in there
    came bigint;
    many bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'repeatable read' THEN
        RAISE EXCEPTION 'a wallet is settled at REPEATABLE READ' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    SELECT * INTO w FROM ledger_wallet WHERE id = p_wallet AND NOT running FOR NO KEY UPDATE;
    SELECT sum(amount), count(*) INTO came, many FROM ledger_entry
     WHERE wallet_id = w.id AND seq IS NULL AND xid >= w.upto AND xid < till;
    IF many > 0 THEN
        UPDATE ledger_wallet SET balance = balance + came, upto = till WHERE id = w.id;
    END IF;
    RETURN many;
END $$;

-- Stores the balance of an append-only wallet (a closing), so that a balance in the past is not added up from the first entry.
-- It is called after ledger_settle, in the same transaction. All entries that the closing includes were booked before `at`. All
-- entries of transactions from `top` on were booked after `began`.
CREATE OR REPLACE FUNCTION ledger_close(p_wallet bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('transaction_isolation') <> 'repeatable read' THEN
        RAISE EXCEPTION 'a wallet is closed at REPEATABLE READ, after settling' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    INSERT INTO ledger_closing (wallet_id, at, balance, seq, upto, began, top)
    SELECT id, clock_timestamp(), balance, seq, upto, now(), pg_snapshot_xmax(pg_current_snapshot())
      FROM ledger_wallet WHERE id = p_wallet AND NOT running;
END $$;

-- The balance of a wallet, with its pending entries, in minor units.
CREATE OR REPLACE FUNCTION ledger_balance(p_wallet bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT balance + coalesce((SELECT sum(amount) FROM ledger_entry
                                WHERE wallet_id = w.id AND seq IS NULL AND xid >= w.upto AND NOT w.running), 0)::bigint
      FROM ledger_wallet w WHERE id = p_wallet
$$;

-- The balance of everything booked before `p_moment`, in minor units.
-- RUNNING: seq has no gaps, and booked_at never falls while seq rises. So a binary search finds the last entry before the moment:
-- 24 steps among ten million entries.
-- APPEND-ONLY: the last closing before the moment and the entries since then. The next closing limits how many are read.
CREATE OR REPLACE FUNCTION ledger_balance_at(p_wallet bigint, p_moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    w       ledger_wallet;
    c       ledger_closing;
    before  bigint := 0;        -- the highest seq that is known to be booked before the moment
    beyond  bigint;             -- the lowest seq that is known not to be
    middle  bigint;
    booked  timestamptz;
    balance bigint := 0;
    found   bigint;
    top     xid8;
BEGIN
    SELECT * INTO STRICT w FROM ledger_wallet x WHERE x.id = p_wallet;
    IF w.running THEN
        beyond := w.seq + 1;
        WHILE beyond - before > 1 LOOP
            middle := (before + beyond) / 2;
            SELECT e.booked_at, e.balance_after INTO STRICT booked, found
              FROM ledger_entry e WHERE e.wallet_id = p_wallet AND e.seq = middle;
            IF booked < p_moment THEN before := middle; balance := found; ELSE beyond := middle; END IF;
        END LOOP;
        RETURN balance;
    END IF;

    SELECT * INTO c FROM ledger_closing x WHERE x.wallet_id = p_wallet AND x.at < p_moment ORDER BY x.at DESC LIMIT 1;
    SELECT x.top INTO top FROM ledger_closing x WHERE x.wallet_id = p_wallet AND x.began >= p_moment ORDER BY x.at LIMIT 1;
    RETURN coalesce(c.balance, 0)
         + coalesce((SELECT sum(e.amount) FROM ledger_entry e
                      WHERE e.wallet_id = p_wallet AND e.seq > coalesce(c.seq, 0) AND e.booked_at < p_moment), 0)::bigint
         + coalesce((SELECT sum(e.amount) FROM ledger_entry e
                      WHERE e.wallet_id = p_wallet AND e.seq IS NULL AND e.booked_at < p_moment
                        AND e.xid >= coalesce(c.upto, '0') AND e.xid < coalesce(top, '9223372036854775807')), 0)::bigint;
END $$;
