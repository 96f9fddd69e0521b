"""The laws of wallets, transfers, entries and holds: each name says what is right, each query returns what is wrong."""

from __future__ import annotations

from .audit import Law

LAWS = (
    Law(
        "the entries of a transfer sum to zero in each currency",
        """SELECT format('transfer %s in %s: %s', e.transfer_id, w.currency, sum(e.amount))
             FROM ledger_entry e JOIN ledger_wallet w ON w.id = e.wallet_id
            GROUP BY e.transfer_id, w.currency HAVING sum(e.amount) <> 0""",
    ),
    Law(
        "a booked transfer has two entries for each leg, a declined transfer has none",
        """SELECT format('transfer %s (%s) has %s entries', t.id, t.outcome, count(e.line))
             FROM ledger_transfer t LEFT JOIN ledger_entry e ON e.transfer_id = t.id
            GROUP BY t.id, t.outcome, t.legs
           HAVING count(e.line) <> CASE WHEN t.outcome = 'booked' THEN cardinality(t.legs) / 3 * 2 ELSE 0 END""",
    ),
    Law(
        "an entry has the wallet and amount of its leg, and the transaction and time of its transfer",
        """SELECT format('entry %s/%s', e.transfer_id, e.line)
             FROM ledger_entry e JOIN ledger_transfer t ON t.id = e.transfer_id
            WHERE e.wallet_id IS DISTINCT FROM t.legs[e.line / 2 * 3 + 1 + e.line % 2]
               OR e.amount IS DISTINCT FROM t.legs[e.line / 2 * 3 + 3] * CASE e.line % 2 WHEN 0 THEN -1 ELSE 1 END
               OR e.xid <> t.xid OR e.booked_at <> t.booked_at""",
    ),
    Law(
        "every entry belongs to a transfer",
        """SELECT format('entry %s/%s', e.transfer_id, e.line) FROM ledger_entry e
            WHERE NOT EXISTS (SELECT FROM ledger_transfer t WHERE t.id = e.transfer_id)""",
    ),
    Law(
        "a wallet's stored balance is the sum of its entries that are not pending",
        """SELECT format('wallet %s says %s, its entries %s', w.id, w.balance, coalesce(sum(e.amount), 0))
             FROM ledger_wallet w
             LEFT JOIN ledger_entry e ON e.wallet_id = w.id AND (e.seq IS NOT NULL OR e.xid < w.upto OR w.running)
            GROUP BY w.id HAVING w.balance <> coalesce(sum(e.amount), 0)""",
    ),
    Law(
        "a running wallet's entries are numbered without a gap, each with the balance after it",
        """SELECT format('wallet %s at seq %s', wallet_id, seq) FROM (
               SELECT e.wallet_id, e.seq, e.balance_after,
                      row_number() OVER each_wallet AS number, sum(e.amount) OVER each_wallet AS balance
                 FROM ledger_entry e JOIN ledger_wallet w ON w.id = e.wallet_id AND w.running
               WINDOW each_wallet AS (PARTITION BY e.wallet_id ORDER BY e.seq)) numbered
            WHERE seq IS DISTINCT FROM number OR balance_after IS DISTINCT FROM balance""",
    ),
    Law(
        "no wallet is or was below the floor that was in force (system wallets have none)",
        """SELECT format('wallet %s', id) FROM ledger_wallet WHERE balance - held < floor
            UNION
           SELECT format('wallet %s', w.id) FROM ledger_wallet w
             JOIN ledger_entry e ON e.wallet_id = w.id AND e.balance_after < 0
            WHERE w.floor IS NOT NULL AND e.balance_after < coalesce((
                SELECT f.floor FROM ledger_floor f WHERE f.wallet_id = w.id AND f.after_seq < e.seq
                 ORDER BY f.after_seq DESC, f.id DESC LIMIT 1), 0)""",
    ),
    Law(
        "a wallet's floor is the newest in its history: zero without one, and only a member's may be lower",
        """SELECT format('wallet %s says %s', w.id, w.floor) FROM ledger_wallet w
            WHERE w.floor <> coalesce((
                SELECT f.floor FROM ledger_floor f WHERE f.wallet_id = w.id
                 ORDER BY f.after_seq DESC, f.id DESC LIMIT 1), 0)
               OR (w.purpose <> 'member' AND EXISTS (SELECT FROM ledger_floor f WHERE f.wallet_id = w.id))""",
    ),
    Law(
        "a wallet's numbered entries are in the order of the times at which they were booked",
        """SELECT format('wallet %s at seq %s', wallet_id, seq) FROM (
               SELECT wallet_id, seq, booked_at < lag(booked_at) OVER (PARTITION BY wallet_id ORDER BY seq) AS backwards
                 FROM ledger_entry WHERE seq IS NOT NULL) ordered
            WHERE backwards""",
    ),
    Law(
        "no transfer or settlement has the number of a database transaction that has not begun",
        """SELECT format('transfer %s', id) FROM ledger_transfer
            WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
            UNION ALL
           SELECT format('wallet %s', id) FROM ledger_wallet WHERE upto > pg_snapshot_xmax(pg_current_snapshot())""",
    ),
    Law(
        "a transfer is undone at most once, by its own legs in the opposite direction",
        """SELECT format('transfer %s', r.reverses_id) FROM ledger_transfer r
             JOIN ledger_transfer t ON t.id = r.reverses_id
            WHERE r.outcome = 'booked'
            GROUP BY r.reverses_id
           HAVING count(*) > 1
               OR bool_or(t.outcome <> 'booked' OR cardinality(r.legs) <> cardinality(t.legs)
                  OR EXISTS (SELECT FROM generate_series(1, cardinality(t.legs), 3) n, cardinality(t.legs) AS top
                              WHERE (r.legs[n], r.legs[n + 1], r.legs[n + 2])
                                 <> (t.legs[top - n], t.legs[top - n - 1], t.legs[top - n + 1])))""",
    ),
    Law(
        "refunds return a booked payment that was not undone, from payee to payer, and never more than was paid",
        """SELECT format('transfer %s', t.id) FROM ledger_transfer t
             JOIN ledger_transfer r ON r.refunds_id = t.id AND r.outcome = 'booked'
            GROUP BY t.id
           HAVING t.outcome <> 'booked' OR bool_or(r.source_id <> t.target_id OR r.target_id <> t.source_id)
               OR sum(r.legs[3]) > t.legs[cardinality(t.legs)] OR sum(r.legs[cardinality(r.legs)]) > t.legs[3]
               OR EXISTS (SELECT FROM ledger_transfer u WHERE u.reverses_id = t.id AND u.outcome = 'booked')""",
    ),
    Law(
        "a wallet's amount on hold is the sum of its open holds",
        """SELECT format('wallet %s holds %s, its open holds %s', w.id, w.held, coalesce(sum(h.amount), 0))
             FROM ledger_wallet w LEFT JOIN ledger_hold h ON h.source_id = w.id AND h.status = 'open'
            GROUP BY w.id HAVING w.held <> coalesce(sum(h.amount), 0)""",
    ),
    Law(
        "a captured hold has one booked transfer, between its wallets and of at most its amount; other holds have none",
        """SELECT format('hold %s is %s', h.id, h.status) FROM ledger_hold h
             LEFT JOIN ledger_transfer t ON t.hold_id = h.id AND t.outcome = 'booked'
            GROUP BY h.id
           HAVING count(t.id) <> CASE h.status WHEN 'captured' THEN 1 ELSE 0 END
               OR bool_or(t.source_id <> h.source_id OR t.target_id <> h.target_id OR t.legs[3] > h.amount)""",
    ),
    Law(
        "a key belongs to at most one transfer of its maker",
        """SELECT format('maker %s, key %s', made_by_id, key) FROM ledger_transfer
            GROUP BY made_by_id, key HAVING count(*) > 1""",
    ),
    Law(
        "a transfer has a maker with a wallet, a timestamp at most an hour after its booking, and amounts above zero",
        """SELECT format('transfer %s', t.id) FROM ledger_transfer t
            WHERE NOT EXISTS (SELECT FROM ledger_wallet w WHERE w.owner_id = t.made_by_id)
               OR t.made_at IS NULL OR t.booked_at IS NULL OR t.made_at > t.booked_at + interval '1 hour'
               OR EXISTS (SELECT FROM generate_series(3, cardinality(t.legs), 3) n WHERE t.legs[n] <= 0)""",
    ),
    Law(
        "people's wallets have an owner and a floor, system wallets have no floor; only members' wallets are running",
        """SELECT format('wallet %s', id) FROM ledger_wallet
            WHERE (purpose = 'member' AND (owner_id IS NULL OR floor IS NULL OR NOT running))
               OR (purpose = 'merchant' AND (owner_id IS NULL OR floor IS NULL OR running))
               OR (purpose NOT IN ('member', 'merchant') AND (floor IS NOT NULL OR running))""",
    ),
)
