"""ledger_post and ledger_post_one decide and write the same.

Hypothesis makes lists of instructions. Each list is posted twice, by one function in each of two new databases, and the
answers and the tables must be equal.
"""

from __future__ import annotations

from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversion.money import Money, currency
from ledger.kinds import MERCHANT
from ledger.models import Entry, Transfer, Wallet
from ledger.posting import Instruction, Leg, Posting, _post_one, post_all
from ledger.transactions import in_one_transaction
from ledger.wallets import create_wallet
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import person
from tests.patience import times
from tests.runner import restore

GBP = currency("GBP")
PLACES = ("alice", "bob", "carla", "grants", "kiosk", "nowhere")
AMOUNTS = (-1, 0, 1, 40_000, 100_000, 100_001, 10**15, 10**15 + 1)
asked = st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.sampled_from(AMOUNTS), st.integers(0, 3))


class Twins(MoneyTestCase):
    def test_agree(self) -> None:
        @settings(max_examples=times(25, 100), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(asked, min_size=1, max_size=8))
        def agree(every: list[tuple[str, str, int, int]]) -> None:
            keys = [uuid4() for _ in range(4)]
            self.assertEqual(self.lived(every, keys, twin=True), self.lived(every, keys, twin=False))

        agree()

    def lived(self, every: list[tuple[str, str, int, int]], keys: list[UUID], *, twin: bool) -> list[Any]:
        """Posts the instructions in a new database; returns each answer, and the tables' rows at the end."""
        self._anew()
        alice = person("alice")
        ids = {name: wallet_of(person(name)).pk for name in ("alice", "bob", "carla")}
        ids["grants"] = Wallet.objects.get(purpose="grants", currency_code="GBP").pk
        ids["kiosk"] = create_wallet(owner=alice.pk, currency="GBP", purpose=MERCHANT)
        ids["nowhere"] = 10**9
        answers = []
        plain = mock.PropertyMock(return_value=twin)
        with mock.patch.object(Instruction, "is_plain", plain):
            for source, target, minor, key in every:
                leg = Leg(ids[source], ids[target], Money(minor, GBP))
                answers.append(self._post(Instruction(key=keys[key], kind="payment", legs=(leg,)), alice.pk))
        wallets = list(Wallet.objects.order_by("pk").values_list("settled_minor", "held_minor", "seq"))
        transfers = Transfer.objects.exclude(kind="grant").order_by("pk").values_list("key", "outcome", "legs")
        entries = Entry.objects.exclude(transfer__kind="grant").order_by("transfer__pk", "line")
        numbers = entries.values_list("transfer__key", "line", "wallet", "amount_minor", "seq", "balance_after_minor")
        return [answers, wallets, list(transfers), list(numbers)]

    def _post(self, instruction: Instruction, maker: int) -> tuple[Any, ...]:
        def decide() -> Posting:
            if instruction.is_plain:
                return _post_one(instruction, made_by=maker, made_at=None)
            return post_all([instruction], made_by=maker, made_at=None)[0]

        posting = in_one_transaction(decide)
        return posting.outcome, posting.repeated, posting.differs, posting.transfer_id is None

    def _anew(self) -> None:
        name = connection.settings_dict["NAME"]
        connection.close()
        restore(name)
