"""The table of rates: which rate counts, what is refused, and what is too old. The source is a real server."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from fractions import Fraction

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import override_settings

from conversion import client, table
from conversion.documents import Unusable
from conversion.fetching import fetch
from conversion.health import rates as health
from conversion.models import Rate
from conversion.money import Money, currency
from conversion.storing import NotWaiting, confirm, moves_too_far, set_rate, store
from conversion.table import TooOld, known, rate_between, waiting
from tests.base import MoneyTestCase

from .rate_server import PER_EURO, ecb, source
from .serving import serving

GBP, EUR, USD, JPY, KWD, PTS = map(currency, ("GBP", "EUR", "USD", "JPY", "KWD", "PTS"))
ADA, BEN = 1, 2  # ids of two administrators; this room knows no people


def day(ago: int) -> str:
    """The date so many days ago."""
    return (dt.datetime.now(dt.UTC) - dt.timedelta(days=ago)).date().isoformat()


@override_settings(RATES_SOURCE="ecb")
class Table(MoneyTestCase):
    def setUp(self) -> None:
        self.source = self.enterContext(source())
        self.enterContext(override_settings(RATES_URL=self.source.url))

    def fetch(self, ago: int = 0, **changes: str | None) -> tuple[set[str], set[str]]:
        """Fetches the file of so many days ago. Returns the codes that count, and those that were refused."""
        self.source.says(ecb(day(ago), **changes))
        stored = store(fetch())
        return {row.currency_code for row in stored.counting}, {row.currency_code for row in stored.refused}


FETCHED = {"EUR", "USD", "CHF", "JPY", "SEK", "PLN", "INR", "AUD"}


class AFetchedDocument(Table):
    def test_counts_and_is_crossed_exactly(self) -> None:
        # The built-in rate of the rupee is 106.00, and this is within the band.
        self.assertEqual(self.fetch(), (FETCHED, set()))
        per_euro = {code: Fraction(rate) for code, rate in PER_EURO.items()} | {"EUR": Fraction(1)}
        for source_ in FETCHED | {"GBP"}:
            for target in FETCHED | {"GBP"}:
                exact = rate_between(currency(source_), currency(target))
                self.assertEqual(exact, per_euro[target] / per_euro[source_], f"{source_} {target}")

    def test_says_whence_it_is(self) -> None:
        self.fetch(2)
        (dollar,) = known([USD])
        assert dollar.row is not None and dollar.age is not None
        self.assertEqual((dollar.row.source, dollar.row.made_by_id), ("ecb", None))
        self.assertEqual(dollar.row.dated.date().isoformat(), day(2))
        self.assertEqual(dollar.age.days, 2)

    def test_is_stored_once_however_often_it_is_fetched(self) -> None:
        self.fetch()
        self.assertEqual(self.fetch(), (set(), set()))
        self.assertEqual(self.fetch(USD="1.0900"), (set(), set()))  # the same day with another number
        self.assertEqual(Rate.objects.count(), len(FETCHED))

    def test_is_stored_once_by_several_workers(self) -> None:
        self.source.says(ecb(day(0)))
        document = fetch()
        errors: list[Exception] = []

        def work() -> None:
            try:
                store(document)
            except Exception as error:
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual((errors, Rate.objects.count()), ([], len(FETCHED)))

    def test_is_stored_once_even_without_the_lock(self) -> None:
        """The constraint holds, whatever a program does."""
        self.fetch()
        row = Rate.objects.get(currency_code="USD")
        row.pk, row.reference = None, Rate().reference
        with self.assertRaisesRegex(IntegrityError, "rate_once_in_a_document"), transaction.atomic():
            row.save(force_insert=True)

    def test_never_takes_the_place_of_a_newer_one(self) -> None:
        self.fetch(1)
        self.assertEqual(self.fetch(2, USD="1.0870"), (set(), set()))
        self.assertEqual(known([USD])[0].per_pivot, Fraction("1.0860") / Fraction("0.8550"))

    def test_of_tomorrow_is_taken_and_of_next_week_is_not(self) -> None:
        with self.assertRaisesRegex(Unusable, "future"):
            self.fetch(-7)
        self.fetch(-1)
        self.assertEqual(Rate.objects.count(), len(FETCHED))

    def test_may_lack_a_currency_which_keeps_its_rate(self) -> None:
        self.fetch(1)
        self.assertEqual(self.fetch(0, JPY=None), (FETCHED - {"JPY"}, set()))
        self.assertEqual(known([JPY])[0].per_pivot, Fraction("162.40") / Fraction("0.8550"))


class ARateThatMovesTooFar(Table):
    def test_is_refused_and_the_old_one_counts(self) -> None:
        self.fetch(2)
        for factor in (100, Fraction(1, 100), Fraction(112, 100), Fraction(88, 100)):
            with self.subTest(factor):
                before = rate_between(GBP, USD)
                self.assertTrue(moves_too_far(before, before * factor))
        self.assertEqual(self.fetch(1, USD="108.60"), (FETCHED - {"USD"}, {"USD"}))
        self.assertEqual(rate_between(EUR, USD), Fraction("1.0860"))
        self.assertEqual([row.currency_code for row in waiting()], ["USD"])

    def test_is_refused_once_however_often_it_is_fetched(self) -> None:
        self.fetch(2)
        self.fetch(1, USD="108.60")
        self.assertEqual(self.fetch(1, USD="108.60"), (set(), set()))
        confirm(*waiting(), made_by=ADA)
        self.assertEqual(self.fetch(1, USD="108.60"), (set(), set()))

    def test_is_not_one_at_the_edge_of_the_band(self) -> None:
        one = Fraction(7, 5)
        for edge in (Fraction(110, 100), Fraction(100, 110)):
            self.assertFalse(moves_too_far(one, one * edge))
        self.assertTrue(moves_too_far(one, one * Fraction(1101, 1000)))
        self.assertTrue(moves_too_far(one, one * Fraction(1000, 1101)))
        with override_settings(RATES_BAND_PERCENT=20):
            self.assertFalse(moves_too_far(one, one * Fraction(120, 100)))

    def test_of_the_pound_itself_refuses_all(self) -> None:
        self.fetch(1)
        self.assertEqual(self.fetch(0, GBP="85.50"), (set(), FETCHED))

    def test_counts_once_an_administrator_confirms_it(self) -> None:
        self.fetch(2)
        self.fetch(1, USD="1.3000")
        (refused,) = waiting()
        confirmed = confirm(refused, made_by=ADA)
        self.assertEqual(rate_between(EUR, USD) / rate_between(EUR, GBP), Fraction("1.3000") / Fraction("0.8550"))
        self.assertEqual((confirmed.made_by_id, confirmed.source, confirmed.dated), (ADA, "ecb", refused.dated))
        self.assertEqual(waiting(), [])
        with self.assertRaises(NotWaiting):
            confirm(refused, made_by=ADA)

    def test_waits_no_longer_once_another_came(self) -> None:
        self.fetch(2)
        self.fetch(1, USD="108.60")
        (refused,) = waiting()
        self.fetch(0)
        self.assertEqual(waiting(), [])
        with self.assertRaises(NotWaiting):
            confirm(refused, made_by=ADA)

    def test_set_by_hand_waits_as_well(self) -> None:
        self.fetch(1)
        self.assertFalse(set_rate(USD, per_pivot=Decimal("1.30"), made_by=ADA).is_refused)
        self.assertTrue(set_rate(USD, per_pivot=Decimal("130"), made_by=ADA).is_refused)
        self.assertEqual(rate_between(GBP, USD), Fraction("1.30"))


class ARateSetByHand(Table):
    def test_counts_until_a_newer_document(self) -> None:
        self.fetch(2)
        set_rate(USD, per_pivot=Decimal("1.30"), made_by=ADA)
        self.assertEqual(
            self.fetch(1), (FETCHED - {"USD"}, set())
        )  # a file of yesterday is older than what is typed now
        self.assertEqual(rate_between(GBP, USD), Fraction("1.30"))
        self.assertEqual(self.fetch(-1)[0], FETCHED)
        self.assertEqual(rate_between(EUR, USD), Fraction("1.0860"))

    def test_may_be_of_a_unit_that_no_bank_knows(self) -> None:
        set_rate(PTS, per_pivot=Decimal("105"), made_by=ADA)
        self.assertEqual(rate_between(GBP, PTS), 105)


class ATableThatIsTooOld(Table):
    def test_converts_no_longer(self) -> None:
        self.fetch(8)
        with self.assertRaises(TooOld):
            rate_between(GBP, USD)
        with override_settings(RATES_STALE_AFTER_HOURS=24 * 10):
            rate_between(GBP, USD)
        with override_settings(RATES_STALE_AFTER_HOURS=0):
            rate_between(GBP, USD)

    def test_converts_on_if_the_administrator_chose_so(self) -> None:
        self.fetch(8)
        with override_settings(RATES_WHEN_STALE="last"):
            self.assertEqual(rate_between(EUR, USD), Fraction("1.0860"))

    def test_has_built_in_rates_which_count_as_old(self) -> None:
        """The ECB does not publish the dinar. Nobody should convert at a number from the program's text."""
        self.fetch()
        for source_, target in ((KWD, GBP), (GBP, KWD), (KWD, USD)):
            with self.assertRaises(TooOld) as caught:
                rate_between(source_, target)
            self.assertEqual(caught.exception.currency, KWD)
        set_rate(KWD, per_pivot=Decimal("0.40"), made_by=ADA)
        self.assertEqual(rate_between(GBP, KWD), Fraction("0.40"))

    def test_leaves_those_alone_that_do_not_age(self) -> None:
        self.assertEqual(rate_between(GBP, PTS), 100)
        self.assertEqual(rate_between(GBP, GBP), 1)

    def test_says_so_over_http(self) -> None:
        self.fetch(8)
        answer = self.client.get("/conversion/GBP/USD/1")
        self.assertEqual((answer.status_code, answer.json()["error"]), (503, "rates_too_old"))
        self.assertIn("USD", answer.json()["message"])

    def test_is_of_no_interest_where_the_built_in_rates_count(self) -> None:
        self.fetch(8)
        with override_settings(RATES_SOURCE="default"):
            self.assertEqual(rate_between(GBP, USD), Fraction("1.27"))


class TheHealth(Table):
    def test_is_that_of_the_table(self) -> None:
        with override_settings(RATES_SOURCE="default"):
            self.assertTrue(health().is_well)
        self.assertIn("Too old: USD", health().says)
        self.fetch(2)
        self.assertEqual((health().is_well, health().says), (False, "Too old: KWD."))
        set_rate(KWD, per_pivot=Decimal("0.39"), made_by=ADA)
        self.assertTrue(health().is_well)
        self.assertAlmostEqual(health().number or 0, 2.5 * 86_400, delta=0.51 * 86_400)
        self.fetch(1, USD="108.60")
        self.assertEqual(health().is_well, False)
        self.assertIn("Waits for an administrator: USD.", health().says)


class TheRows(Table):
    def test_are_never_changed(self) -> None:
        self.fetch()
        for statement in (
            "UPDATE conversion_rate SET units = 1",
            "DELETE FROM conversion_rate",
            "TRUNCATE conversion_rate CASCADE",
            "INSERT INTO conversion_ownunit VALUES ('BEAN', 0, 'Beans')",
        ):
            self.assert_refused(statement)

    def test_count_from_the_moment_of_the_database(self) -> None:
        tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        row = Rate.objects.create(
            currency_code="USD",
            units=1,
            pivot_units=1,
            source="staff",
            dated=tomorrow,
            valid_from=tomorrow,
            made_by_id=ADA,
        )
        row.refresh_from_db()
        self.assertLess(row.valid_from, tomorrow - dt.timedelta(hours=23))

    def test_say_who_made_them(self) -> None:
        now = dt.datetime.now(dt.UTC)
        for wrong in (
            {"source": "staff"},
            {"source": "ecb", "made_by_id": ADA},
            {"source": "bank", "made_by_id": ADA},
            {"source": "staff", "made_by_id": ADA, "units": 0},
            {"source": "staff", "made_by_id": ADA, "units": -1},
            {"source": "staff", "made_by_id": ADA, "pivot_units": 0},
            {"source": "staff", "made_by_id": ADA, "currency_code": "GBP"},
        ):
            fields = {"currency_code": "USD", "units": 1, "pivot_units": 1, "dated": now} | wrong
            with self.subTest(wrong), self.assertRaises(DatabaseError), transaction.atomic():
                Rate.objects.create(**fields)


class TheClient(Table):
    """The service and its client, over HTTP, while a rate moves."""

    def test_is_told_what_is_too_old(self) -> None:

        self.enterContext(serving())
        self.fetch(8)
        for call in (
            lambda: client.convert(Money.of("1", "GBP"), to=USD),
            lambda: client.cost_of(Money.of("1", "GBP"), in_=USD),
        ):
            with self.assertRaises(client.RatesTooOld):
                call()
        self.fetch(1)
        worth = client.convert(Money.of("1000.00", "GBP"), to=USD)
        self.assertEqual(worth.target, Money.of("1270.17", "USD"))
        self.assertEqual(table.rate_between(GBP, USD), Fraction("1.0860") / Fraction("0.8550"))
