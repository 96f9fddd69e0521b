"""Row locks and booking times: a decision locks the rows it depends on until COMMIT, and booked times never go back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from conversion.money import Money, currency
from ledger import posting as ledger_posting
from ledger.holds import Placing, end_hold, place_hold
from ledger.kinds import MERCHANT
from ledger.models import Hold, Transfer, Wallet
from ledger.posting import Instruction, Leg, post_all
from ledger.transactions import in_one_transaction, moving_nothing
from ledger.wallets import create_wallet, settle_wallet
from payments.drawers.kinds import DRAWER
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import person
from tests.runner import as_owner
from tests.settings import DATABASE_OWNER

TOO_MUCH = 100_001


def pounds(minor: int) -> Money:
    return Money(minor, currency("GBP"))


@contextmanager
def beside() -> Iterator[Any]:
    """A cursor in another session, signed in as the owner, who may lock any row."""
    other = connection.copy()
    other.settings_dict.update({name: DATABASE_OWNER[name] for name in ("USER", "PASSWORD")})
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


class Deciding(MoneyTestCase):
    """Provides two running wallets (alice, bob), two append-only ones (kiosk, drawer), and ways to move money."""

    def setUp(self) -> None:
        self.maker = person("alice").pk
        self.alice, self.bob = (wallet_of(person(name)).pk for name in ("alice", "bob"))
        self.kiosk, self.drawer = (
            create_wallet(owner=self.maker, currency="GBP", purpose=purpose) for purpose in (MERCHANT, DRAWER)
        )

    def moving(self, source: int, target: int, minor: int, **more: Any) -> Instruction:
        return Instruction(key=uuid4(), kind="payment", legs=(Leg(source, target, pounds(minor)),), **more)

    def both_ways(self, source: int, target: int, minor: int) -> list[Callable[[], Any]]:
        """Both functions that post one plain leg: `post`, which uses ledger_post_one, and `post_all`."""
        short, long = (self.moving(source, target, minor) for _ in range(2))
        return [
            partial(ledger_posting.post, short, made_by=self.maker, made_at=None),
            partial(post_all, [long], made_by=self.maker, made_at=None),
        ]

    def place(self, minor: int) -> Placing:
        return place_hold(
            key=uuid4(),
            purpose="authorization",
            note="",
            source=self.alice,
            target=self.bob,
            amount=pounds(minor),
            lives=dt.timedelta(days=1),
            made_by=self.maker,
            made_at=None,
        )


class ItsRow(Deciding):
    """A wallet's row is locked also where nothing is written to it: what was decided must stay true until COMMIT."""

    def locked(
        self, act: Callable[[], Any], table: str = "ledger_wallet", within: Callable[..., Any] = in_one_transaction
    ) -> set[int]:
        """The ids of the rows in `table` that `act` locks, as another session sees it within the transaction."""

        def decide() -> set[int]:
            act()
            with beside() as cursor:
                cursor.execute(
                    f"WITH free AS (SELECT id FROM {table} FOR NO KEY UPDATE SKIP LOCKED)"
                    f" SELECT id FROM {table} EXCEPT SELECT id FROM free"
                )
                return {number for (number,) in cursor.fetchall()}

        return within(decide)

    def test_is_kept_by_a_transfer_that_is_declined(self) -> None:
        for source, target in ((self.alice, self.bob), (self.bob, self.alice)):
            for post in self.both_ways(source, target, TOO_MUCH):
                self.assertEqual(self.locked(post), {self.alice, self.bob})

    def test_is_free_for_all_where_it_does_not_change(self) -> None:
        for source, target, locked in (
            (self.alice, self.kiosk, {self.alice}),
            (self.kiosk, self.alice, {self.kiosk, self.alice}),
            (self.kiosk, self.drawer, {self.kiosk}),
            (self.drawer, self.kiosk, set()),
        ):
            for post in self.both_ways(source, target, 1):
                self.assertEqual(self.locked(post), locked)

    def test_is_kept_by_a_hold_that_is_declined(self) -> None:
        self.assertEqual(self.locked(partial(self.place, TOO_MUCH)), {self.alice})

    def test_is_kept_by_who_ends_a_hold_or_captures_it_even_in_vain(self) -> None:
        hold = in_one_transaction(partial(self.place, 5)).hold_id
        expire = partial(end_hold, hold, "expired")
        self.assertEqual(self.locked(expire), {self.alice})
        self.assertEqual(self.locked(expire, "ledger_hold"), {hold})
        too_much = self.moving(self.alice, self.bob, 6, hold=hold)
        capture = partial(ledger_posting.post, too_much, made_by=person("bob").pk, made_at=None)
        self.assertEqual(self.locked(capture, "ledger_hold"), {hold})

    def test_is_kept_by_who_settles_it_even_in_vain(self) -> None:
        self.assertEqual(self.locked(partial(settle_wallet, self.kiosk), within=moving_nothing), {self.kiosk})


class TheTime(Deciding):
    """If the database's clock is set back, booked times of a wallet still never go back."""

    def ahead(self, wallet: int) -> dt.datetime:
        """Moves the wallet's last booking one hour into the future, and those of all others to yesterday.

        Returns the moment in the future.
        """
        moment = timezone.now() + dt.timedelta(hours=1)
        moved = f"CASE WHEN id = {wallet} THEN timestamptz '{moment.isoformat()}' ELSE now() - interval '1 day' END"
        as_owner(connection.settings_dict["NAME"], [f"UPDATE ledger_wallet SET moved_at = {moved}"])
        return moment

    def test_of_a_transfer_is_not_before_its_wallets_last_one(self) -> None:
        for source, target in ((self.alice, self.bob), (self.bob, self.alice)):
            for at_its_time in (source, target):
                for post in self.both_ways(source, target, 1):
                    moment = self.ahead(at_its_time)
                    in_one_transaction(post)
                    self.assertEqual(Transfer.objects.latest("id").booked_at, moment)
                    moved = Wallet.objects.filter(pk__in=(source, target)).values_list("moved_at", flat=True)
                    self.assertEqual(list(moved), [moment, moment])

    def test_of_a_transfer_does_not_go_by_a_wallet_that_does_not_move(self) -> None:
        for source, target, still in ((self.alice, self.kiosk, self.kiosk), (self.drawer, self.alice, self.drawer)):
            for post in self.both_ways(source, target, 1):
                moment = self.ahead(still)
                in_one_transaction(post)
                self.assertLess(Transfer.objects.latest("id").booked_at, moment)

    def test_of_a_hold_is_not_before_its_wallets_last_one(self) -> None:
        moment = self.ahead(self.alice)
        hold = Hold.objects.get(pk=in_one_transaction(partial(self.place, 5)).hold_id)
        self.assertEqual((hold.placed_at, hold.expires_at), (moment, moment + dt.timedelta(days=1)))
