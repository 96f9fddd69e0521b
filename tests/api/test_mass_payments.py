"""Mass payments by the JSON API: validated, confirmed once, paid by the worker, with a result for each row."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversion.money import Money
from ledger.models import Transfer
from tests.cast import balance, person
from treasury.mass_payments import service as mass_payments
from treasury.mass_payments.files import RawRow
from treasury.mass_payments.payouts import pay_running
from treasury.models import MassPayment

from .base import ApiTestCase, Caller


class MassPayments(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.tess = Caller("tess")

    def payroll(self, *rows: tuple[str, str], title: str = "May") -> dict[str, Any]:
        return {"title": title, "rows": [{"payee": to, "amount": amount} for to, amount in rows]}

    def test_is_validated_confirmed_and_paid_with_a_result_each(self) -> None:
        asked = self.payroll(("alice", "600.00"), ("bob", "500.00"), ("admin", "400.00"))
        made = self.done(self.tess.post("mass-payments", asked))
        self.assertEqual((made["status"], made["problems"], made["total"]["amount"]), ("draft", 0, "1500.00"))
        self.assertFalse(Transfer.objects.filter(kind="mass_payment").exists())
        confirmed = self.done(self.tess.post(f"mass-payments/{made['id']}/confirm"), 200)
        self.assertEqual(confirmed["status"], "running")
        pay_running()
        seen = self.tess.get(f"mass-payments/{made['id']}").json()
        self.assertEqual((seen["status"], seen["booked"], seen["declined"]), ("finished", 2, 1))
        rows = self.tess.get(f"mass-payments/{made['id']}/rows").json()["rows"]
        self.assertEqual([row["outcome"] for row in rows], ["booked", "insufficient_funds", "booked"])
        self.assertEqual([row["transfer"] is None for row in rows], [False, False, False])
        self.assertEqual(balance(person("alice")), Money.of("1600.00", "GBP"))

    def test_a_row_with_a_problem_says_which_and_keeps_all_from_being_paid(self) -> None:
        made = self.done(
            self.tess.post("mass-payments", self.payroll(("bob", "1.00"), ("nobody", "x"), ("carla", "1")))
        )
        self.assertEqual(made["problems"], 2)
        rows = self.tess.get(f"mass-payments/{made['id']}/rows").json()["rows"]
        self.assertEqual([row["problem"] for row in rows], [None, "user_unknown", "wrong_currency"])
        self.assert_problem(self.tess.post(f"mass-payments/{made['id']}/confirm"), 409, "rows_have_problems")

    def test_the_same_rows_under_the_same_title_are_one(self) -> None:
        asked = self.payroll(("bob", "1.00"))
        first, again = (self.done(self.tess.post("mass-payments", asked)) for _ in range(2))
        self.assertEqual(first["id"], again["id"])
        self.assertNotEqual(first["id"], self.done(self.tess.post("mass-payments", asked | {"title": "June"}))["id"])

    def test_one_key_is_answered_the_same(self) -> None:
        key, asked = str(uuid4()), self.payroll(("bob", "1.00"))
        first, again = (self.tess.post("mass-payments", asked, key=key) for _ in range(2))
        self.assertEqual((first.content, again.headers["Idempotent-Replayed"]), (again.content, "true"))
        self.assert_problem(
            self.tess.post("mass-payments", asked | {"title": "June"}, key=key), 422, "key_reused", field="title"
        )

    def test_is_for_treasurers(self) -> None:
        self.assert_problem(self.alice.post("mass-payments", self.payroll(("bob", "1.00"))), 403, "role_missing")
        self.assertFalse(MassPayment.objects.exists())

    def test_what_an_overseer_may_see_only_its_maker_confirms(self) -> None:
        made = self.done(self.tess.post("mass-payments", self.payroll(("bob", "1.00"))))
        admin = Caller("admin")
        self.assertEqual(admin.get(f"mass-payments/{made['id']}").status_code, 200)
        self.assert_problem(admin.post(f"mass-payments/{made['id']}/confirm"), 404, "not_found")

    def test_a_treasurer_no_more_confirms_and_cancels_nothing(self) -> None:
        """Their token and their draft are older than the change of role, and neither may be used any more."""
        made = self.done(self.tess.post("mass-payments", self.payroll(("bob", "1.00"))))
        type(self.tess.user).objects.filter(pk=self.tess.user.pk).update(role="member")
        for action in ("confirm", "cancel"):
            self.assert_problem(self.tess.post(f"mass-payments/{made['id']}/{action}"), 403, "role_missing")
        self.assertEqual(MassPayment.objects.get().status, "draft")

    def test_a_title_is_the_forms_title(self) -> None:
        first, again = (
            self.done(self.tess.post("mass-payments", self.payroll(("bob", "1.00"), title=title)))
            for title in ("May 26", " May\t26\n")
        )
        self.assertEqual((first["id"], first["title"]), (again["id"], "May 26"))
        for title in (" ", "\x1bMay"):
            self.assert_problem(
                self.tess.post("mass-payments", self.payroll(("bob", "1.00"), title=title)), 422, "invalid"
            )

    def test_rows_far_down_in_a_file_are_paged_too(self) -> None:
        """Row numbers are line numbers of the file, blank lines included: they can exceed the number of rows by far."""
        rows = [RawRow(number, "bob", "0.01") for number in range(20_001, 20_060)]
        made = mass_payments.prepare(maker=self.tess.user, title="May", rows=rows, key=uuid4())
        first = self.tess.get(f"mass-payments/{made.reference}/rows").json()
        rest = self.done(self.tess.get(f"mass-payments/{made.reference}/rows", cursor=first["next"]), 200)
        self.assertEqual((len(first["rows"]), len(rest["rows"])), (50, 9))
        by_old_name = self.done(self.tess.get(f"mass-payments/{made.reference}/rows", after=first["next"]), 200)
        self.assertEqual(by_old_name, rest)
        few = self.done(self.tess.get(f"mass-payments/{made.reference}/rows", limit=3), 200)
        self.assertEqual([row["number"] for row in few["rows"]], [20_001, 20_002, 20_003])
        for made_up in ("x", "-1", "1.5", "9" * 10):
            problem = self.tess.get(f"mass-payments/{made.reference}/rows", cursor=made_up)
            self.assert_problem(problem, 422, "cursor_unknown", field="cursor")

    def test_a_list_costs_as_many_queries_for_four_as_for_one(self) -> None:
        def read() -> int:
            with CaptureQueriesContext(connection) as queries:
                self.done(self.tess.get("mass-payments"), 200)
            return len(queries)

        self.done(self.tess.post("mass-payments", self.payroll(("bob", "1.00"), ("alice", "2.00"))))
        read()
        one = read()
        for title in ("June", "July", "August"):
            self.done(self.tess.post("mass-payments", self.payroll(("bob", "1.00"), ("nobody", "2.00"), title=title)))
        self.assertEqual(read(), one)
        listed = self.tess.get("mass-payments").json()["mass_payments"]
        self.assertEqual([(each["problems"], each["waiting"]) for each in listed], [(1, 2)] * 3 + [(0, 2)])
