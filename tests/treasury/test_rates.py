"""Rates that the worker fetches and administrators set: the job, staff's pages, and what people are told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from conversion.documents import Unusable
from conversion.fetching import NotFetched
from conversion.models import Rate
from conversion.money import currency
from conversion.table import rate_between, waiting
from events.models import Notification
from ledger.audit import Law
from payments.registration.service import register
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, person
from tests.conversion.rate_server import ecb, source
from tests.treasury.test_staff_pages import PER_PAGE
from treasury.rates import service
from treasury.rates.errors import AnotherMustConfirm, RateIsClosed, RatesAreBuiltIn
from treasury.rates.jobs import JOBS
from treasury.rates.laws import LAWS
from wallet_site.worker import Job

GBP, EUR, USD = map(currency, ("GBP", "EUR", "USD"))


def told(username: str) -> list[str]:
    return list(Notification.objects.filter(user__username=username).order_by("id").values_list("kind", flat=True))


def second_administrator() -> User:
    user, _ = register(
        username="ben",
        first_name="Ben",
        last_name="Min",
        email="ben@example.org",
        password=PASSWORD,
        currency="GBP",
        role="administrator",
        is_confirmed=True,
    )
    return user


@override_settings(RATES_SOURCE="ecb")
class WithASource(MoneyTestCase):
    def setUp(self) -> None:
        self.source = self.enterContext(source())
        self.enterContext(override_settings(RATES_URL=self.source.url))
        self.admin = person("admin")

    def fetch(self, ago: int = 0, **changes: str | None) -> str:
        day = (dt.datetime.now(dt.UTC) - dt.timedelta(days=ago)).date()
        self.source.says(ecb(day.isoformat(), **changes))
        return service.fetch_rates()


class TheJob(WithASource):
    def test_is_slow_since_the_source_may_be(self) -> None:
        (job,) = (Job(name, every_s, do, is_slow=bool(more)) for name, every_s, do, *more in JOBS)
        self.assertTrue(job.is_slow)

    def test_stores_what_is_new_and_says_so(self) -> None:
        self.assertRegex(self.fetch(1), r"^8 new rates of 20..-..-..; refused: none$")
        self.assertEqual(self.fetch(1), "")
        self.assertEqual((told("admin"), Rate.objects.count()), ([], 8))

    def test_asks_nobody_where_the_rates_are_not_fetched(self) -> None:
        for kind in ("default", "staff"):
            with override_settings(RATES_SOURCE=kind):
                self.assertEqual(self.fetch(), "")
        self.assertEqual((self.source.asked, Rate.objects.count()), ([], 0))

    def test_tells_the_treasury_once_of_what_was_refused(self) -> None:
        self.fetch(1)
        self.assertRegex(self.fetch(0, USD="108.60", JPY="1.6240"), "refused: USD, JPY$")
        self.fetch(0, USD="108.60", JPY="1.6240")
        for who, wanted in (("admin", ["rates_refused"]), ("tess", ["rates_refused"]), ("audrey", []), ("alice", [])):
            self.assertEqual(told(who), wanted, who)

    def test_fails_and_changes_nothing_where_the_source_fails(self) -> None:
        self.source.says(b"", 500)
        with self.assertRaises(NotFetched):
            service.fetch_rates()
        self.source.says(b"<html>")
        with self.assertRaises(Unusable):
            service.fetch_rates()
        self.assertEqual(Rate.objects.count(), 0)


class SettingARate(WithASource):
    def test_counts_at_once_and_colleagues_are_told(self) -> None:
        row = service.set_rate(by=self.admin, currency=USD, per_pound=Decimal("1.30"))
        self.assertEqual(rate_between(GBP, currency("PTS")), 100)
        with override_settings(RATES_SOURCE="staff"):
            self.assertEqual(rate_between(GBP, USD), Fraction("1.30"))
        self.assertEqual((row.source, row.made_by_id), ("staff", self.admin.pk))
        self.assertEqual((told("tess"), told("admin"), told("alice")), (["rate_set"], [], []))

    def test_waits_for_another_administrator_where_it_moves_too_far(self) -> None:
        row = service.set_rate(by=self.admin, currency=USD, per_pound=Decimal("127"))
        self.assertEqual(waiting(), [row])
        with self.assertRaises(AnotherMustConfirm):
            service.confirm(by=self.admin, rate=row)
        ben = second_administrator()
        service.confirm(by=ben, rate=row)
        self.assertEqual(rate_between(GBP, USD), 127)
        with self.assertRaises(RateIsClosed):
            service.confirm(by=ben, rate=row)

    def test_is_for_administrators_alone_whatever_calls_the_service(self) -> None:
        row = service.set_rate(by=self.admin, currency=USD, per_pound=Decimal("127"))
        for who in ("tess", "audrey", "cass", "alice"):
            for act in (
                lambda by: service.set_rate(by=by, currency=USD, per_pound=Decimal("1.30")),
                lambda by: service.confirm(by=by, rate=row),
            ):
                with self.subTest(who), self.assertRaises(Exception) as caught:
                    act(person(who))
                self.assertEqual(type(caught.exception).__name__, "RoleMissing")

    def test_is_impossible_where_the_built_in_rates_count(self) -> None:
        with override_settings(RATES_SOURCE="default"), self.assertRaises(RatesAreBuiltIn):
            service.set_rate(by=self.admin, currency=USD, per_pound=Decimal("1.30"))


class ThePages(WithASource):
    def sign_in(self, name: str, *, password: bool = True) -> None:
        self.client.logout()
        self.client.force_login(person(name))
        if password:
            self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    def test_show_what_counts_whence_it_is_and_what_is_too_old(self) -> None:
        self.fetch(1)
        for who in ("admin", "tess", "audrey"):
            self.sign_in(who)
            page = self.client.get(reverse("staff:rates"))
            self.assertContains(page, "European Central Bank", 8)
            self.assertContains(page, "1.270175439")  # 1.0860 / 0.8550
            self.assertContains(page, "too old</", 1)  # the dinar, which the ECB does not publish
        with override_settings(RATES_SOURCE="default"):
            page = self.client.get(reverse("staff:rates"))
        self.assertContains(page, "built in", 11)
        self.assertNotContains(page, "too old</")

    def test_show_both_rates_where_one_waits_and_an_administrator_confirms(self) -> None:
        self.fetch(1)
        self.fetch(0, USD="1.3000")
        (row,) = waiting()
        address, confirm = (
            reverse("staff:rate_row", args=[row.reference]),
            reverse("staff:confirm_rate", args=[row.reference]),
        )
        self.sign_in("tess")
        self.assertContains(self.client.get(reverse("staff:rates")), "+19.7 %")
        page = self.client.get(address)
        self.assertContains(page, "1.520467836")
        self.assertContains(page, "1.270175439")
        self.assertNotContains(page, confirm)
        self.sign_in("admin")
        self.assertContains(self.client.get(address), confirm)
        self.assertContains(self.client.post(confirm, follow=True), "The rate counts from now on.")
        self.assertEqual(rate_between(GBP, USD), Fraction("1.3000") / Fraction("0.8550"))
        self.assertContains(self.client.post(confirm, follow=True), "This rate waits no longer")
        history = self.client.get(reverse("staff:rate_history", args=["USD"]))
        self.assertContains(history, "refused</span>", 1)
        self.assertContains(history, "confirmed</span>", 1)
        self.assertContains(history, "Ada Min", 1)

    def test_ask_for_the_password_again(self) -> None:
        self.sign_in("admin", password=False)
        row = service.set_rate(by=second_administrator(), currency=USD, per_pound=Decimal("127"))
        for address in (reverse("staff:set_rate", args=["USD"]), reverse("staff:confirm_rate", args=[row.reference])):
            for answer in (self.client.get(address), self.client.post(address, {"per_pound": "1.30"})):
                self.assertEqual(answer.status_code, 302)
                self.assertIn(reverse("account_reauthenticate"), answer["Location"])
        self.assertEqual(Rate.objects.count(), 1)

    def test_set_a_rate(self) -> None:
        self.sign_in("admin")
        address = reverse("staff:set_rate", args=["USD"])
        self.assertContains(self.client.post(address, {"per_pound": "1.3010"}, follow=True), "1.301")
        self.assertContains(
            self.client.post(address, {"per_pound": "130.10"}, follow=True), "Another administrator must"
        )
        self.assertEqual(rate_between(GBP, USD), Fraction("1.3010"))

    def test_refuse_what_is_no_rate(self) -> None:
        self.sign_in("admin")
        for wrong in ("", "0", "-1", "abc", "1,30", "1e3", "NaN", "１", "9" * 13, "0.0000"):
            answer = self.client.post(reverse("staff:set_rate", args=["USD"]), {"per_pound": wrong})
            with self.subTest(wrong):
                self.assertEqual(answer.status_code, 200)
                self.assertContains(answer, 'aria-invalid="true"')
        for code in ("GBP", "XXX", "usd", "NOK"):
            for name in ("staff:set_rate", "staff:rate_history"):
                self.assertEqual(self.client.get(reverse(name, args=[code])).status_code, 404)
        self.assertEqual(Rate.objects.count(), 0)

    def test_have_a_history_in_pages(self) -> None:
        for number in range(40):
            service.set_rate(by=self.admin, currency=USD, per_pound=Decimal("1.27") + Decimal(number) / 1000)
        self.sign_in("audrey")
        page = self.client.get(reverse("staff:rate_history", args=["USD"]))
        self.assertContains(page, "1.309")
        older = self.client.get(reverse("staff:rate_history", args=["USD"]), {"before": page.context["page"].older})
        self.assertContains(older, "1.27<", 1)
        self.assertNotContains(older, "1.309")

    def test_say_in_the_menu_how_many_wait(self) -> None:
        for code in ("USD", "EUR", "JPY"):
            service.set_rate(by=self.admin, currency=currency(code), per_pound=Decimal("1000"))
        self.sign_in("audrey")
        # The menu asks once, whatever waits; the page asks for what counts, for what waits, and for who set it.
        with self.assertNumQueries(PER_PAGE + 5):
            page = self.client.get(reverse("staff:rates"))
        self.assertContains(page, 'Exchange rates <span class="badge badge--warn">3<')


class TheLaws(WithASource):
    def setUp(self) -> None:
        super().setUp()
        self.fetch(1)
        self.fetch(0, USD="1.3000")
        (self.refused,) = waiting()
        self.same = {"currency_code": "USD", "units": Decimal("1.3000"), "pivot_units": Decimal("0.8550")}
        self.same |= {"source": "ecb", "dated": self.refused.dated}

    def found(self, law: Law, **fields: object) -> bool:
        """Whether the law finds this row, which is then rolled back."""
        with transaction.atomic(), connection.cursor() as cursor:
            row = Rate.objects.create(**fields)
            cursor.execute(law.query)
            found = cursor.fetchall()
            transaction.set_rollback(True)
        self.assertIn(found, ([], [(f"rate {row.pk}",)]))
        return bool(found)

    def test_find_a_confirmation_that_says_something_else(self) -> None:
        good = self.same | {"confirms": self.refused, "made_by_id": self.admin.pk}
        self.assertFalse(self.found(LAWS[0], **good))
        counting = Rate.objects.get(currency_code="EUR", dated__lt=self.refused.dated)
        for wrong in (
            {"units": Decimal("13")},
            {"pivot_units": 1},
            {"currency_code": "CHF"},
            {"source": "service"},
            {"dated": counting.dated},
            {"confirms": counting},
        ):
            with self.subTest(wrong):
                self.assertTrue(self.found(LAWS[0], **good | wrong))

    def test_find_who_confirmed_their_own_rate(self) -> None:
        row = service.set_rate(by=self.admin, currency=USD, per_pound=Decimal("127"))
        fields = {"currency_code": "USD", "units": 127, "pivot_units": 1, "source": "staff", "dated": row.dated}
        self.assertFalse(self.found(LAWS[0], **fields, confirms=row, made_by_id=person("tess").pk))
        self.assertTrue(self.found(LAWS[0], **fields, confirms=row, made_by_id=self.admin.pk))

    def test_find_an_old_document_in_the_place_of_a_newer_one(self) -> None:
        day = dt.timedelta(days=1)
        self.assertTrue(self.found(LAWS[1], **self.same | {"dated": self.refused.dated - 2 * day}))
        self.assertFalse(self.found(LAWS[1], **self.same | {"dated": self.refused.dated + day}))
