"""The monthly statement: its sums, its letter, and the file behind its link."""

from __future__ import annotations

import csv
import datetime as dt
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from django.db import connections
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events.models import Mail
from outbox.models import Bouncing, StatementRun
from outbox.preferences.models import Choice
from outbox.preferences.service import choose
from outbox.statements import service
from outbox.statements.service import Statements
from payments.history import statements
from payments.history.statements import Month, statement_of
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import gbp, merchant, person, sent

from .test_mails import QUEUE


def first_of_next_month(hour: int = 8, day: int = 1) -> dt.datetime:
    """When the statement of the month of this test is due."""
    return Month.of(timezone.localdate()).ends.replace(hour=hour, day=day)


def write(now: dt.datetime | None = None) -> list[Mail]:
    due = Statements()
    while due.write_due(threading.Event(), now=now or first_of_next_month()):
        pass
    return list(Mail.objects.order_by("pk"))


@QUEUE
class AStatement(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")
        User.objects.exclude(username__in=["alice", "bob"]).update(email="")
        for amount in ("10", "20", "0.50"):
            sent(self.alice, self.bob, amount, note=f"for {amount}")
        sent(self.bob, self.alice, "3")

    def test_has_the_sums_and_the_largest_lines(self) -> None:
        [to_alice, to_bob] = write()
        self.assertEqual((to_alice.address, to_bob.address), ("alice@example.org", "bob@example.org"))
        for words in (
            "Balance before: £0.00",
            "Came in: £1,003.00",
            "Paid out: £30.50",
            "Balance afterwards: £972.50",
            "Transfers: 5",
            "−£20.00",
            "Bob Baker (@bob)",
            "/outbox/letters/stop/",
        ):
            self.assertIn(words, to_alice.text)
        self.assertIn("Came in: £1,030.50", to_bob.text)
        self.assertEqual(to_bob.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

    def test_is_written_once_also_by_two_messengers_and_one_that_was_killed(self) -> None:
        together = threading.Barrier(2)

        def messenger() -> None:
            together.wait()
            try:
                write()
            finally:
                connections.close_all()

        with mock.patch.object(service, "PEOPLE_AT_ONCE", 1), ThreadPoolExecutor(2) as both:
            for done in [both.submit(messenger) for _ in range(2)]:
                done.result()
        self.assertEqual(Mail.objects.count(), 2)
        self.assertIsNotNone(StatementRun.objects.get(topic="statement").done_at)
        StatementRun.objects.update(last_user=0, done_at=None)  # as if the second transaction had been lost
        self.assertEqual(len(write()), 2)

    def test_is_due_from_the_morning_of_the_first_for_a_week(self) -> None:
        for now in (first_of_next_month(hour=6), first_of_next_month(day=8)):
            self.assertEqual(write(now), [])
        self.assertEqual(len(write(first_of_next_month(day=7))), 2)

    def test_is_not_written_to_who_wants_none_has_no_address_or_one_that_refuses_letters(self) -> None:
        choose(self.alice, {"statement": Choice.NEVER})
        Bouncing.objects.create(user=self.bob, address=self.bob.email)
        self.assertEqual(write(), [])

    def test_is_not_written_where_nothing_moved_unless_the_balance_is_below_zero(self) -> None:
        a_month_later = Month.of(first_of_next_month().date()).ends.replace(hour=8)
        self.assertEqual(write(a_month_later), [])
        StatementRun.objects.all().delete()
        quiet = statement_of(wallet_of(self.alice), Month.of(first_of_next_month().date()))
        self.assertEqual((quiet.count, quiet.after), (0, gbp("972.50")))
        # No member's wallet can be below zero today: its floor is a constraint.
        below = mock.Mock(return_value=mock.Mock(wraps=quiet, count=0, before=gbp("-1"), after=gbp("-1"), largest=[]))
        with mock.patch.object(service, "statement_of", below):
            below.return_value.came_in = below.return_value.paid_out = gbp("0")
            self.assertIn("Your balance is below zero.", write(a_month_later)[0].text)

    def test_that_cannot_be_written_stops_no_other(self) -> None:
        right = service.statement_of

        def breaks(wallet: object, month: Month) -> object:
            if wallet == wallet_of(self.alice):
                raise ValueError
            return right(wallet, month)  # type: ignore[arg-type]

        with mock.patch.object(service, "statement_of", breaks), self.assertLogs(service.log):
            self.assertEqual([mail.address for mail in write()], ["bob@example.org"])


class AMonth(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def test_ends_where_the_next_begins_in_the_sites_time(self) -> None:
        with override_settings(TIME_ZONE="Europe/Berlin"), timezone.override("Europe/Berlin"):
            october = Month(dt.date(2026, 10, 1))
            self.assertEqual(october.begins, dt.datetime(2026, 9, 30, 22, tzinfo=dt.UTC))
            self.assertEqual(october.ends, dt.datetime(2026, 10, 31, 23, tzinfo=dt.UTC))
            self.assertEqual((october.before, str(october)), (Month(dt.date(2026, 9, 1)), "2026-10"))
            self.assertEqual(Month(dt.date(2026, 12, 1)).ends, Month(dt.date(2027, 1, 1)).begins)

    def test_adds_up_whatever_the_wallet_and_the_size_of_a_query(self) -> None:
        kiosk = merchant()
        for number in range(7):
            sent(self.alice, kiosk, f"{number + 1}")
            sent(self.alice, self.bob, "1")
        for user in (self.alice, self.bob, kiosk):
            wallet = wallet_of(user)
            for size in (1, 3, 500):
                with self.subTest(user=user, size=size), mock.patch.object(statements, "AT_ONCE", size):
                    sums = statement_of(wallet, Month.of(timezone.localdate()), most=3)
                    self.assertEqual(sums.before + sums.came_in - sums.paid_out, sums.after)
                    moved = [abs(line.amount.minor) for line in sums.largest]
                    self.assertEqual(moved, sorted(moved, reverse=True))
                    self.assertEqual(len(moved), 3)
        self.assertEqual(statement_of(wallet_of(kiosk), Month.of(timezone.localdate())).came_in, gbp("28"))

    def file(self, month: Month | None = None) -> list[dict[str, str]]:
        day = (month or Month.of(timezone.localdate())).first_day
        answer = self.client.get(reverse("payments:statement", args=[day.year, day.month]))
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn(f"{day:%Y-%m}.csv", answer.headers["Content-Disposition"])
        text = answer.content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def test_is_a_file_with_every_line_that_no_spreadsheet_runs(self) -> None:
        sent(self.alice, self.bob, "12.50", note="=HYPERLINK(1)")
        self.client.force_login(self.bob)
        newest, grant = self.file()
        self.assertEqual(
            [
                newest[name]
                for name in ("kind", "other party", "username", "amount", "currency", "balance after", "note")
            ],
            ["payment", "Alice Archer", "alice", "12.50", "GBP", "1012.50", "'=HYPERLINK(1)"],
        )
        self.assertEqual((grant["kind"], grant["username"]), ("grant", ""))
        self.assertEqual(self.file(Month.of(timezone.localdate()).before), [])

    def test_is_nobody_elses_and_must_exist(self) -> None:
        address = reverse("payments:statement", args=[2026, 11])
        self.assertEqual(self.client.get(address).status_code, 302)
        self.client.force_login(self.bob)
        self.assertEqual(self.client.post(address).status_code, 405)
        for year, number in ((2026, 13), (0, 1), (99999, 1)):
            self.assertEqual(self.client.get(reverse("payments:statement", args=[year, number])).status_code, 404)
