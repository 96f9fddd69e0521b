"""Plugs: `tests.plugged_in` works although no room imports it; plugs of the same name stop the start."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from unittest import mock
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import SimpleTestCase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from api.access import Scope
from conversion.money import Money
from ledger import audit
from ledger.audit import Law
from ledger.kinds import TransferKind
from payments.acting import Stage
from payments.owners import wallet_of
from tests.api.base import Caller
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from tests.plugged_in import health, jobs, kinds, laws, scopes
from tests.plugged_in.models import Pledge
from tests.plugged_in.service import pledge
from wallet_site import json_face, plugs, worker

PROJECT = Path(__file__).resolve().parents[2]


class PluggedIn(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def pledge(self, amount: str = "5.00") -> Money:
        pledge(payer=self.alice, payee=wallet_of(self.bob), amount=gbp(amount), key=uuid4())
        return gbp(amount)

    def test_its_transfers_are_seen_by_their_own_name(self) -> None:
        self.pledge()
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(reverse("payments:history")), "Pledge")
        self.assertEqual(balance(self.bob), gbp("1005"))

    def test_its_notifications_lead_to_their_subject(self) -> None:
        self.pledge()
        self.client.force_login(self.bob)
        page = self.client.get(reverse("payments:notifications"))
        transfer = Pledge.objects.get().transfer
        self.assertContains(page, "Money pledged to you")
        self.assertContains(page, reverse("payments:receipt", args=[transfer.reference]))

    def test_its_operation_has_its_scope_its_error_and_its_key(self) -> None:
        caller, key = Caller("alice", scopes=("pledges:write",)), str(uuid4())
        first, again = (caller.post("pledges", {"payee": "bob", "amount": "5.00"}, key=key) for _ in range(2))
        self.assertEqual((first.status_code, first.json()["kind"]), (201, "pledge"))
        self.assertEqual((again.json(), again.headers["Idempotent-Replayed"]), (first.json(), "true"))
        small = caller.post("pledges", {"payee": "bob", "amount": "0.50"})
        self.assertEqual((small.status_code, small.json()["code"]), (409, "pledge_too_small"))
        self.assertEqual(small.json()["next"]["url"], settings.SITE_ADDRESS + reverse("payments:send"))
        short = caller.post("pledges", {"payee": "bob", "amount": "5000.00"})
        self.assertEqual((short.status_code, short.json()["code"]), (422, "insufficient_funds"))
        stranger = Caller("alice", scopes=("wallet:read",)).post("pledges", {"payee": "bob", "amount": "5.00"})
        self.assertEqual((stranger.status_code, stranger.json()["code"]), (403, "scope_missing"))
        self.assertEqual(Pledge.objects.count(), 1)

    def test_its_operation_is_documented(self) -> None:
        found = self.client.get(reverse("openapi")).json()["paths"]["/api/v1/pledges"]["post"]
        self.assertIn("pledge_too_small", found["responses"]["409"]["description"])
        self.assertIn("pledge", self.client.get(reverse("openapi")).content.decode())

    def test_its_law_is_audited(self) -> None:
        self.assertIn(laws.LAWS[0].name, [look.law.name for look in audit.report()])
        self.pledge()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE plugged_in_pledge SET amount_minor = 1")
            broken = {breach.law for breach in (breach for law in laws.LAWS for breach in _found(law, cursor))}
            transaction.set_rollback(True)
        self.assertEqual(broken, {laws.LAWS[0].name})

    def test_its_job_is_done(self) -> None:
        self.pledge()
        (job,) = (job for job in worker.jobs() if job.name == jobs.JOBS[0][0])
        self.assertEqual((job.do(), job.do()), (1, 0))

    def test_its_check_is_on_staffs_page(self) -> None:
        self.client.force_login(person("tess"))
        self.assertContains(self.client.get(reverse("staff:health")), "pledges wait to be thanked for")

    def test_its_sql_is_in_force(self) -> None:
        self.pledge()
        for statement in ("DELETE FROM plugged_in_pledge", "TRUNCATE plugged_in_pledge"):
            with self.subTest(statement), self.assertRaises(DatabaseError), connection.cursor() as cursor:
                cursor.execute(statement)
        with self.assertRaises(DatabaseError), transaction.atomic():
            Pledge.objects.create(transfer_id=1, payer=self.alice, amount_minor=1)  # not in a SERIALIZABLE transaction

    def test_its_system_wallets_were_opened(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_wallet WHERE purpose = 'matching' AND owner_id IS NULL")
            self.assertGreater(cursor.fetchone()[0], 5)

    def test_its_panel_is_on_home_once_there_is_something_to_show(self) -> None:
        self.client.force_login(self.alice)
        self.assertNotContains(self.client.get("/"), "Pledged")
        self.pledge()
        self.assertContains(self.client.get("/"), "Pledged")

    def test_its_page_is_in_the_menu_of_its_roles(self) -> None:
        self.pledge()
        address = reverse("staff:pledges")
        for name, status in (("tess", 200), ("cass", 403)):
            self.client.force_login(person(name))
            self.assertEqual(self.client.get(address).status_code, status)
        self.assertNotContains(self.client.get(reverse("staff:cash")), address)
        self.client.force_login(person("tess"))
        self.assertContains(self.client.get(reverse("staff:dashboard")), address)

    def test_people_of_the_demo_use_it(self) -> None:
        (act,) = (act for act in plugs.gather("demo", "LAST") if act.__module__.startswith("tests.plugged_in"))
        act(Stage({"alice": self.alice, "bob": self.bob}))
        self.assertEqual(Pledge.objects.get().amount_minor, 300)

    def test_a_token_can_be_made_for_it(self) -> None:
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(reverse("new_token")), "Pledge money")


class TheStart(SimpleTestCase):
    """A plug without a name, or with a name that another has, stops the start with a one-line error."""

    def assert_stops(self, module: object, name: str, value: Sequence[object], said: str) -> None:
        self.addCleanup(plugs.plug_in)
        with (
            mock.patch.object(module, name, value),
            self.assertRaisesRegex(ImproperlyConfigured, rf"^[^\n]*{said}[^\n]*$"),
        ):
            plugs.plug_in()

    def test_a_law_without_a_name(self) -> None:
        self.assert_stops(laws, "LAWS", [Law("", "SELECT 1")], "laws has no name")

    def test_two_laws_of_one_name(self) -> None:
        self.assert_stops(laws, "LAWS", [laws.LAWS[0], laws.LAWS[0]], "laws are called 'a pledge has")

    def test_a_kind_that_is_there_already(self) -> None:
        self.assert_stops(
            kinds, "TRANSFER_KINDS", [TransferKind("payment", _("Other"))], "transfers are called 'payment'"
        )

    def test_a_scope_that_is_there_already(self) -> None:
        self.assert_stops(scopes, "SCOPES", [Scope("wallet:read", _("Other"))], "scopes are called 'wallet:read'")

    def test_two_jobs_of_one_name(self) -> None:
        with mock.patch.object(jobs, "JOBS", jobs.JOBS * 2), self.assertRaisesRegex(ImproperlyConfigured, "thank"):
            list(worker.jobs())

    def test_a_job_with_a_word_that_means_nothing(self) -> None:
        odd = [("thank", 1, jobs.JOBS[0][2], "slwo")]
        with mock.patch.object(jobs, "JOBS", odd), self.assertRaisesRegex(ImproperlyConfigured, "thank.*slwo"):
            list(worker.jobs())

    def test_two_checks_of_one_name(self) -> None:
        self.assert_stops(health, "CHECKS", health.CHECKS * 2, "checks are called 'pledges'")

    def test_an_operation_whose_scope_nobody_brings(self) -> None:
        router = Router()
        router.get("x", auth=Scope("no:body", _("Nobody's")), operation_id="odd")(lambda request: None)
        with self.assertRaisesRegex(ImproperlyConfigured, "odd needs a scope that no room brings"):
            json_face._prepare("x", router)


class TheCore(SimpleTestCase):
    def test_no_room_knows_the_plugged_in_app(self) -> None:
        found = subprocess.run(
            ["git", "grep", "-l", "plugged_in", "--", "*.py", "*.html", "*.sql", ":!tests"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(found.stdout, "")


def _found(law: Law, cursor: CursorWrapper) -> list[audit.Breach]:
    return audit._report_on(law, cursor).breaches
