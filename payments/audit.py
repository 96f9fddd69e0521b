"""What must always hold, as queries that return the rows that break it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection, transaction

from .models import AuditRun, Entry, Transfer


@dataclass(frozen=True, slots=True)
class Law:
    """`query` returns one row (its first column is text) for everything that breaks the law."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Breach:
    law: str
    found: str


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one law."""

    law: Law
    breaches: list[Breach]
    took_s: float


LAWS = (
    Law(
        "the entries of a transfer sum to zero in each currency",
        """SELECT format('transfer %s in %s: %s', e.transfer_id, w.currency, sum(e.amount))
             FROM payments_entry e JOIN payments_wallet w ON w.id = e.wallet_id
            GROUP BY e.transfer_id, w.currency HAVING sum(e.amount) <> 0""",
    ),
    Law(
        "a booked transfer has the entries it asked for, a declined one has none",
        """SELECT format('transfer %s (%s) has %s entries', t.id, t.outcome, count(e.line))
             FROM payments_transfer t LEFT JOIN payments_entry e ON e.transfer_id = t.id
            GROUP BY t.id, t.outcome, t.legs
           HAVING count(e.line) <> CASE WHEN t.outcome = 'booked' THEN cardinality(t.legs) / 3 * 2 ELSE 0 END""",
    ),
    Law(
        "an entry is what its transfer's leg says, from or to its wallet, and booked with it",
        """SELECT format('entry %s/%s', e.transfer_id, e.line)
             FROM payments_entry e JOIN payments_transfer t ON t.id = e.transfer_id
            WHERE e.wallet_id IS DISTINCT FROM t.legs[e.line / 2 * 3 + 1 + e.line % 2]
               OR e.amount IS DISTINCT FROM t.legs[e.line / 2 * 3 + 3] * CASE e.line % 2 WHEN 0 THEN -1 ELSE 1 END
               OR e.xid <> t.xid OR e.booked_at <> t.booked_at""",
    ),
    Law(
        "every entry belongs to a transfer",
        """SELECT format('entry %s/%s', e.transfer_id, e.line) FROM payments_entry e
            WHERE NOT EXISTS (SELECT FROM payments_transfer t WHERE t.id = e.transfer_id)""",
    ),
    Law(
        "a stored balance is the sum of its entries",
        """SELECT format('wallet %s says %s, its entries %s', w.id, w.balance, coalesce(sum(e.amount), 0))
             FROM payments_wallet w
             LEFT JOIN payments_entry e ON e.wallet_id = w.id AND (e.seq IS NOT NULL OR e.xid < w.upto OR w.running)
            GROUP BY w.id HAVING w.balance <> coalesce(sum(e.amount), 0)""",
    ),
    Law(
        "a running wallet's entries are numbered without a gap, each with the balance after it",
        """SELECT format('wallet %s at seq %s', wallet_id, seq) FROM (
               SELECT e.wallet_id, e.seq, e.balance_after,
                      row_number() OVER each_wallet AS number, sum(e.amount) OVER each_wallet AS balance
                 FROM payments_entry e JOIN payments_wallet w ON w.id = e.wallet_id AND w.running
               WINDOW each_wallet AS (PARTITION BY e.wallet_id ORDER BY e.seq)) numbered
            WHERE seq IS DISTINCT FROM number OR balance_after IS DISTINCT FROM balance""",
    ),
    Law(
        "nobody but the house was ever below the floor",
        """SELECT DISTINCT format('wallet %s', w.id) FROM payments_wallet w
             LEFT JOIN payments_entry e ON e.wallet_id = w.id AND e.balance_after < w.floor
            WHERE w.balance - w.held < w.floor OR e.balance_after < w.floor""",
    ),
    Law(
        "time does not run against the order of a wallet's entries",
        """SELECT format('wallet %s at seq %s', wallet_id, seq) FROM (
               SELECT wallet_id, seq, booked_at < lag(booked_at) OVER (PARTITION BY wallet_id ORDER BY seq) AS backwards
                 FROM payments_entry WHERE seq IS NOT NULL) ordered
            WHERE backwards""",
    ),
    Law(
        "nothing was booked or folded by a database transaction that is still to come",
        """SELECT format('transfer %s', id) FROM payments_transfer
            WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
            UNION ALL
           SELECT format('wallet %s', id) FROM payments_wallet WHERE upto > pg_snapshot_xmax(pg_current_snapshot())""",
    ),
    Law(
        "a transfer is undone at most once, with its own legs turned round",
        """SELECT format('transfer %s', r.reverses_id) FROM payments_transfer r
             JOIN payments_transfer t ON t.id = r.reverses_id
            WHERE r.outcome = 'booked'
            GROUP BY r.reverses_id
           HAVING count(*) > 1
               OR bool_or(t.outcome <> 'booked' OR cardinality(r.legs) <> cardinality(t.legs)
                  OR EXISTS (SELECT FROM generate_series(1, cardinality(t.legs), 3) n, cardinality(t.legs) AS top
                              WHERE (r.legs[n], r.legs[n + 1], r.legs[n + 2])
                                 <> (t.legs[top - n], t.legs[top - n - 1], t.legs[top - n + 1])))""",
    ),
    Law(
        "what was refunded is a booked payment that was not undone, and never more than was paid",
        """SELECT format('transfer %s', t.id) FROM payments_transfer t
             JOIN payments_transfer r ON r.refunds_id = t.id AND r.outcome = 'booked'
            GROUP BY t.id
           HAVING t.outcome <> 'booked' OR bool_or(r.source_id <> t.target_id OR r.target_id <> t.source_id)
               OR sum(r.legs[3]) > t.legs[cardinality(t.legs)] OR sum(r.legs[cardinality(r.legs)]) > t.legs[3]
               OR EXISTS (SELECT FROM payments_transfer u WHERE u.reverses_id = t.id AND u.outcome = 'booked')""",
    ),
    Law(
        "what a wallet holds back is the sum of its open holds",
        """SELECT format('wallet %s holds %s, its open holds %s', w.id, w.held, coalesce(sum(h.amount), 0))
             FROM payments_wallet w LEFT JOIN payments_hold h ON h.source_id = w.id AND h.status = 'open'
            GROUP BY w.id HAVING w.held <> coalesce(sum(h.amount), 0)""",
    ),
    Law(
        "a captured hold has one booked transfer of at most its amount between its wallets, any other has none",
        """SELECT format('hold %s is %s', h.id, h.status) FROM payments_hold h
             LEFT JOIN payments_transfer t ON t.hold_id = h.id AND t.outcome = 'booked'
            GROUP BY h.id
           HAVING count(t.id) <> CASE h.status WHEN 'captured' THEN 1 ELSE 0 END
               OR bool_or(t.source_id <> h.source_id OR t.target_id <> h.target_id OR t.legs[3] > h.amount)""",
    ),
    Law(
        "a key moved money at most once for its maker",
        """SELECT format('maker %s, key %s', made_by_id, key) FROM payments_transfer
            GROUP BY made_by_id, key HAVING count(*) > 1""",
    ),
    Law(
        "every transfer has a maker, a stamp near the time it was booked, and amounts above zero",
        """SELECT format('transfer %s', t.id) FROM payments_transfer t
            WHERE NOT EXISTS (SELECT FROM payments_wallet w WHERE w.owner_id = t.made_by_id)
               OR t.made_at IS NULL OR t.booked_at IS NULL OR t.made_at > t.booked_at + interval '1 hour'
               OR EXISTS (SELECT FROM generate_series(3, cardinality(t.legs), 3) n WHERE t.legs[n] <= 0)""",
    ),
    Law(
        "a paid request has one booked transfer of its amount into its wallet",
        """SELECT format('request %s', p.id) FROM payments_paymentrequest p
             LEFT JOIN payments_transfer t ON t.id = p.transfer_id
            WHERE p.status = 'paid' AND (t.outcome IS DISTINCT FROM 'booked' OR t.target_id <> p.wallet_id
                  OR t.legs[cardinality(t.legs)] <> p.amount_minor OR t.made_by_id <> p.payer_id)""",
    ),
    Law(
        "a top-up is booked, with its amount, into its wallet",
        """SELECT format('top-up %s', u.id) FROM payments_topup u
             LEFT JOIN payments_transfer t ON t.id = u.transfer_id
            WHERE t.outcome IS DISTINCT FROM 'booked' OR t.target_id <> u.wallet_id OR t.legs[3] <> u.amount_minor""",
    ),
    Law(
        "a booked row of a mass payment has a booked transfer of its amount to its wallet, and no other row has one",
        """SELECT format('row %s of mass payment %s is %s', r.number, m.id, r.outcome)
             FROM payments_masspaymentrow r JOIN payments_masspayment m ON m.id = r.mass_payment_id
             LEFT JOIN payments_transfer t ON t.id = r.transfer_id
            WHERE (r.outcome = 'booked') <> coalesce(t.outcome = 'booked', false)
               OR t.kind <> 'mass_payment' OR t.made_by_id <> m.maker_id OR t.source_id <> m.source_id
               OR t.target_id <> r.target_id OR t.legs[3] <> r.amount_minor""",
    ),
    Law(
        "a transfer of a mass payment belongs to one of its rows",
        """SELECT format('transfer %s', t.id) FROM payments_transfer t
            WHERE t.kind = 'mass_payment' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM payments_masspaymentrow r WHERE r.transfer_id = t.id)""",
    ),
    Law(
        "a finished mass payment has decided every row, one that was not confirmed has decided none",
        """SELECT format('mass payment %s is %s', m.id, m.status) FROM payments_masspayment m
             LEFT JOIN payments_masspaymentrow r ON r.mass_payment_id = m.id
            GROUP BY m.id
           HAVING count(r.id) <> m.row_count
               OR (m.status = 'finished' AND bool_or(r.outcome = 'pending'))
               OR (m.status IN ('draft', 'cancelled') AND bool_or(r.outcome <> 'pending'))
               OR (m.status IN ('running', 'finished')
                   AND (bool_or(r.problem <> '') OR sum(r.amount_minor) <> m.total_minor))""",
    ),
    Law(
        "members and merchants have a floor and an owner, the house has neither floor nor running balance",
        """SELECT format('wallet %s', id) FROM payments_wallet
            WHERE (purpose = 'member' AND (owner_id IS NULL OR floor IS NULL OR NOT running))
               OR (purpose = 'merchant' AND (owner_id IS NULL OR floor IS NULL OR running))
               OR (purpose NOT IN ('member', 'merchant') AND (floor IS NOT NULL OR running))""",
    ),
)


def breaches() -> list[Breach]:
    """Every row that breaks a law. Empty: the books balance."""
    return [breach for each in look() for breach in each.breaches]


def look() -> list[Look]:
    """All laws, looked at in one snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        return [_look_at(law, cursor) for law in LAWS]


def record(looks: list[Look]) -> AuditRun:
    """Remembers when the books were looked at, and what came of it: what the badge shows."""
    return AuditRun.objects.create(breaches=sum(len(each.breaches) for each in looks))


def run() -> AuditRun:
    return record(look())


def size() -> tuple[int, int]:
    """How many transfers and entries there are."""
    return Transfer.objects.count(), Entry.objects.count()


def _look_at(law: Law, cursor) -> Look:
    started = time.monotonic()
    cursor.execute(law.query)
    found = [Breach(law.name, row[0]) for row in cursor.fetchall()]
    return Look(law, found, time.monotonic() - started)
