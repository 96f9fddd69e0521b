"""`manage.py seed_demo`: works only in demo mode and only once, and what it books obeys the ledger's laws."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from unittest import mock

from django.conf import settings
from django.core.management import CommandError, call_command

from conversion.money import Money
from ledger.models import Hold, Transfer
from payments.models import PaymentRequest, TopUp
from payments.registration.kinds import GRANT
from tests.base import MoneyTestCase
from tests.cast import person, sent
from treasury.models import Deposit, MassPayment, Withdrawal
from wallet_site.demo import world
from wallet_site.demo.world import World, conversion_at_hand, is_in_use


class SeedDemo(MoneyTestCase):
    def test_refused_unless_demo(self) -> None:
        with self.settings(DEMO=False), self.assertRaisesMessage(CommandError, "demo mode only"):
            call_command("seed_demo")

    def test_does_nothing_where_other_people_are_registered(self) -> None:
        before, said = Transfer.objects.count(), StringIO()
        with self.settings(DEMO=True):
            call_command("seed_demo", stdout=said)
        self.assertIn("nothing was seeded", said.getvalue())
        self.assertEqual(Transfer.objects.count(), before)

    def test_only_an_interrupted_seeding_is_finished(self) -> None:
        tenants = [
            (name, "", "", "", "") for name in ("alice", "bob", "carla", "yuki", "cass", "tess", "audrey", "admin")
        ]
        with mock.patch.object(world, "PEOPLE", tenants):
            self.assertFalse(is_in_use())
            sent(person("alice"), person("bob"), "1")
            self.assertTrue(is_in_use())

    def test_two_weeks_are_booked_through_the_services_with_their_own_clock(self) -> None:
        before = settings.TIMESTAMP_SERVERS, settings.TIMESTAMP_TOLERANCE_S
        began = dt.datetime.now(dt.UTC) - dt.timedelta(days=14)
        with mock.patch.object(world, "LIVED", dt.timedelta(days=14)):
            World(say=lambda _: None).live()
        self.assertEqual((settings.TIMESTAMP_SERVERS, settings.TIMESTAMP_TOLERANCE_S), before)
        lived = Transfer.objects.exclude(kind=GRANT).order_by("made_at")
        self.assertLess(lived.first().made_at, began + dt.timedelta(days=3))  # type: ignore[union-attr]
        self.assertLess(lived.last().made_at, dt.datetime.now(dt.UTC))  # type: ignore[union-attr]
        self.assertEqual(PaymentRequest.objects.filter(payer=person("alice"), status="open").count(), 2)
        self.assertGreaterEqual(TopUp.objects.filter(method=TopUp.Method.TRUST).count(), 5)
        self.assert_something_of_everything()

    def assert_something_of_everything(self) -> None:
        """Every page has an example: two-step payments, deposits, a merchant's refund, a finished mass payment."""
        held = set(Hold.objects.values_list("target__owner__username", "purpose", "status"))
        self.assertEqual(
            held,
            {
                ("alice", "two_step", "open"),
                ("bob", "authorization", "open"),
                ("kiosk", "authorization", "captured"),
                ("bank", "withdrawal", "open"),
                ("bank", "withdrawal", "captured"),
            },
        )
        withdrawn = list(Withdrawal.objects.order_by("id").values_list("status", flat=True))
        self.assertEqual(withdrawn, ["requested", "approved", "settled", "returned"])
        self.assertEqual(Transfer.objects.get(kind="refund").source.purpose, "merchant")
        self.assertEqual(list(MassPayment.objects.values_list("status", flat=True)), ["finished"])
        self.assertEqual((Deposit.objects.count(), Deposit.objects.exclude(returned_by=None).count()), (4, 1))

    def test_brings_its_own_conversion_service_where_none_answers(self) -> None:
        with self.settings(CONVERSION_URL="http://127.0.0.1:1"):
            with conversion_at_hand():
                worth = world.conversion.convert(Money.of("1", "GBP"), to=Money.of("1", "EUR").currency)
            self.assertEqual(worth.target.code, "EUR")
            self.assertEqual(settings.CONVERSION_URL, "http://127.0.0.1:1")
