"""The generated accounts and transfers of benchmarks obey the ledger's laws, and load clients count correctly."""

from __future__ import annotations

from random import Random

from django.db import connection

from lab.bench import load
from lab.bench.figures.conflicts import _without_locks
from lab.scratch import visitors, world
from ledger.models import Entry, Wallet
from payments.history.queries import activity
from tests.base import MoneyTestCase


class TheGeneratedWorld(MoneyTestCase):
    """MoneyTestCase audits the books after each test, so the generated data must satisfy every law."""

    def fill(self, *, members: int = 20, rounds: int = 8) -> list[world.Member]:
        return world.fill(connection.settings_dict["NAME"], members=members, rounds=rounds)

    def test_everybody_has_the_same_number_of_entries(self) -> None:
        people = self.fill()
        self.assertEqual(len(people), 20)
        for wallet in Wallet.objects.filter(pk__in=[person.wallet for person in people]):
            self.assertEqual(wallet.seq, 9)
            self.assertEqual(wallet.entries.count(), 9)
            self.assertEqual(len(activity(wallet)), 9)
        self.assertEqual(Entry.objects.filter(seq=None, wallet__purpose="grants").count(), 20 + 8)  # 8 are the cast's

    def test_the_ledger_goes_on_from_there(self) -> None:
        one, other = self.fill(rounds=0)[:2]
        self.assertEqual(load.transfer(one, other.wallet, lock_set=(one.wallet, other.wallet)), 1)
        self.assertEqual(Wallet.objects.get(pk=other.wallet).settled_minor, world.GRANTED_MINOR + 1)

    def test_its_people_sign_in_and_confirm(self) -> None:
        people = self.fill(members=4, rounds=2)
        by = [visitors.signed_in(member) for member in people[:2]]
        self.assertIn(b'class="entries"', by[0].look_at("/"))
        for quote in visitors.quoted(by, people, many=4, chance=Random(1)):
            by[[visitor.member.user for visitor in by].index(quote.maker_id)].confirm(quote)
        self.assertEqual(Entry.objects.filter(transfer__kind="payment", transfer__note="").count(), 4 * 2 + 4 * 2)

    def test_clients_count_what_was_booked_and_the_conflicts_they_met(self) -> None:
        people = self.fill(rounds=0)
        before = Entry.objects.count()
        everybody_pays_one = load.into(people[0].wallet, people[1:], takes_locks=True)
        lock_set, without = (
            load.run_clients(client, processes=4, seconds=0.3, seed=1, warm_up=0)
            for client in (everybody_pays_one, _without_locks(everybody_pays_one))
        )
        self.assertEqual(Entry.objects.count() - before, 2 * (lock_set["count"] + without["count"]))
        self.assertEqual((lock_set["retries"], lock_set["refused"]), (0, 0))
        self.assertGreater(without["retries"], 0)
