"""A database of people with wallets and a history of payments, made by a few SQL statements for speed.

The rows are those that the ledger itself would have written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction

from accounts.models import User
from accounts.people.usernames import skeleton
from ledger import wallets as ledger_wallets
from ledger.transactions import in_one_transaction, moving_nothing
from ledger.wallets import create_wallet, settle_wallet
from web.deadlines import longer_deadlines

from . import databases

PIN = "246810"
CURRENCY = "GBP"
WALLETS = 10_000
GRANTED_MINOR = 10_000_000
LARGEST_MINOR = 500
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the generated database, by the ids of their wallet and their account."""

    wallet: int
    user: int


@contextlib.contextmanager
def town(name: str, *, members: int = WALLETS) -> Iterator[tuple[str, list[Member]]]:
    """A scratch database of members who have money and no history. Meanwhile Django's connection is to it."""
    with databases.scratch(name) as database:
        people = fill(database, members=members)
        with databases.connected_to(database):
            yield database, people


def fill(database: str, *, members: int, rounds: int = 0) -> list[Member]:
    """Fills the database with `members` (an even number) and returns them.

    Each gets an opening grant, and in every round pays or is paid once. So each has `rounds` + 1 entries, with `seq`
    and balances, spread evenly over the last sixty days and over the table.
    """
    assert members % 2 == 0 and rounds * LARGEST_MINOR <= GRANTED_MINOR
    with longer_deadlines(databases.PATIENCE_S), databases.connected_to(database, owner=True):
        people = _move_in(members)
        _live(rounds)
        installation = system_wallet("grants")
        moving_nothing(partial(settle_wallet, installation), wallets=[installation])
    databases.as_owner(database, "VACUUM ANALYZE")
    return people


def system_wallet(purpose: str) -> int:
    """The id of this system wallet in the connected database. The ledger's cache may hold that of another database."""
    return ledger_wallets.system_wallet.__wrapped__(purpose, CURRENCY)


def _move_in(members: int) -> list[Member]:
    people: list[Member] = []
    for start in range(1, members + 1, BATCH):
        numbers = range(start, min(start + BATCH, members + 1))
        users = User.objects.bulk_create([_person(number) for number in numbers])
        people += in_one_transaction(partial(_wallets_opened, [user.pk for user in users]))
    return people


def _person(number: int) -> User:
    name = f"member{number}"
    user = User(
        username=name,
        username_key=skeleton(name),
        first_name="Member",
        last_name=str(number),
        currency=CURRENCY,
        password="!",  # nobody signs in with a password here  # noqa: S106
    )
    user.prepare_pin(PIN)
    return user


def _wallets_opened(owners: Sequence[int]) -> list[Member]:
    return [Member(create_wallet(owner=owner, currency=CURRENCY), owner) for owner in owners]


def _live(rounds: int) -> None:
    """Makes the grants (round 0) and `rounds` rounds of payments, in one transaction.

    In each later round the first half of the members is paired with the second half, shifted by a random number. The
    direction of the payments alternates. So a wallet's entry of round r has the number r + 1.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for statement in _LIVED:
            cursor.execute(
                statement, {"rounds": rounds, "granted": GRANTED_MINOR, "largest": LARGEST_MINOR, "currency": CURRENCY}
            )


_LIVED = (
    "SELECT setseed(0.5)",  # the same payments in every run
    """CREATE TEMPORARY TABLE seat ON COMMIT DROP AS
       SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, owner_id
         FROM ledger_wallet WHERE purpose = 'member' AND seq = 0""",
    "CREATE UNIQUE INDEX ON seat (place)",
    # All payments in order. Their ids continue after the largest one in the table.
    """CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
       WITH half AS (SELECT count(*) / 2 AS many FROM seat),
            installation AS (SELECT id FROM ledger_wallet
                       WHERE purpose = 'grants' AND currency = %(currency)s AND owner_id IS NULL),
            turn AS (SELECT r, floor(random() * (SELECT many FROM half))::bigint AS shift
                       FROM generate_series(1, %(rounds)s) r),
            pair AS (SELECT r, a.id AS one, a.owner_id AS one_owner, b.id AS other, b.owner_id AS other_owner
                       FROM turn CROSS JOIN half
                       JOIN seat a ON a.place < half.many
                       JOIN seat b ON b.place = half.many + (a.place + turn.shift) %% half.many),
            paid AS (SELECT 0 AS r, installation.id AS source, seat.id AS target, seat.owner_id AS maker,
                            NULL::bigint AS source_seq, %(granted)s::bigint AS amount
                       FROM seat, installation
                      UNION ALL
                     SELECT r, CASE WHEN r %% 2 = 1 THEN one ELSE other END,
                            CASE WHEN r %% 2 = 1 THEN other ELSE one END,
                            CASE WHEN r %% 2 = 1 THEN one_owner ELSE other_owner END, r + 1,
                            1 + floor(random() * %(largest)s)::bigint
                       FROM pair)
       SELECT (SELECT coalesce(max(id), 0) FROM ledger_transfer) + row_number() OVER (ORDER BY r) AS id, r,
              source, target, maker, source_seq, amount,
              now() - interval '60 days' * (1 - (r + 0.5) / (%(rounds)s + 1)) AS moment
         FROM paid""",
    """INSERT INTO ledger_transfer (id, reference, made_by_id, key, kind, outcome, note, source_id, target_id, legs,
                                      made_at, timestamped, booked_at, xid)
       SELECT id, gen_random_uuid(), maker, gen_random_uuid(), CASE r WHEN 0 THEN 'grant' ELSE 'payment' END, 'booked',
              '', source, target, ARRAY[source, target, amount], moment, true, moment, pg_current_xact_id()
         FROM plan ORDER BY id""",
    "SELECT setval(pg_get_serial_sequence('ledger_transfer', 'id'), max(id)) FROM plan",
    """INSERT INTO ledger_entry (transfer_id, line, wallet_id, amount, seq, balance_after, xid, booked_at)
       SELECT id, line, wallet, change, seq,
              CASE WHEN seq IS NOT NULL THEN sum(change) OVER (PARTITION BY wallet ORDER BY seq) END,
              pg_current_xact_id(), moment
         FROM (SELECT id, 0 AS line, source AS wallet, -amount AS change, source_seq AS seq, moment FROM plan
                UNION ALL
               SELECT id, 1, target, amount, r + 1, moment FROM plan) sides
        ORDER BY id, line""",
    """UPDATE ledger_wallet w SET balance = e.balance_after, seq = e.seq, moved_at = e.booked_at
         FROM seat JOIN ledger_entry e ON e.wallet_id = seat.id AND e.seq = %(rounds)s + 1
        WHERE w.id = seat.id""",
)
