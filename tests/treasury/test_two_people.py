"""Two who decide together are two people: neither is new, and neither was made by the other a short time ago."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection
from django.test import override_settings
from django.urls import reverse

from accounts.models import Standing, User
from accounts.people.errors import RoleTooNew
from accounts.people.service import save_as_administrator
from events.models import Notification
from ledger.models import Transfer
from tests.base import MoneyTestCase
from tests.cast import gbp, person
from tests.runner import as_owner
from tests.wallet_site.test_create_admin import ZOE, create
from treasury.cash_desk import service
from treasury.models import CashProposal


def give_role(username: str, role: str, *, by: str = "admin") -> User:
    someone = person(username)
    someone.role = role
    save_as_administrator(by=person(by), person=someone)
    return someone


def age_role(username: str, age: str) -> None:
    """Lets the person have the role for so long, as only the database's owner can write it."""
    change = f"UPDATE accounts_standing SET role_since = clock_timestamp() - interval '{age}'"
    as_owner(connection.settings_dict["NAME"], [f"{change} WHERE user_id = {person(username).pk}"])


@override_settings(SECOND_PERSON_AFTER_HOURS=24)
class TwoPeople(MoneyTestCase):
    def setUp(self) -> None:
        for username in ("cass", "admin", "tess"):
            age_role(username, "90 days")
        give_role("bob", "cashier")  # a second account of the administrator's, perhaps

    def decide(self, cashier: str, by: str) -> Transfer:
        amount = gbp("600")
        member = person("alice")
        proposal = service.propose_cash(cashier=person(cashier), member=member, amount=amount, key=uuid4())
        return service.confirm_cash(by=person(by), proposal=proposal)

    def test_with_their_roles_decide(self) -> None:
        self.assertTrue(self.decide("cass", by="admin").is_booked)

    def test_are_not_two_while_one_is_new(self) -> None:
        for cashier, by in (("bob", "cass"), ("cass", "bob")):
            age_role("bob", "23 hours")
            with self.subTest(cashier), self.assertRaisesRegex(RoleTooNew, "less than 24 hours"):
                self.decide(cashier, by=by)
            age_role("bob", "25 hours")
            self.assertTrue(self.decide(cashier, by=by).is_booked)

    def test_are_not_two_while_one_was_made_by_the_other(self) -> None:
        for cashier, by in (("bob", "admin"), ("admin", "bob")):
            age_role("bob", "29 days")
            with self.subTest(cashier), self.assertRaises(RoleTooNew):
                self.decide(cashier, by=by)
            age_role("bob", "31 days")
            self.assertTrue(self.decide(cashier, by=by).is_booked)

    def test_are_not_two_after_the_role_is_given_anew(self) -> None:
        age_role("bob", "31 days")
        give_role("bob", "member")
        give_role("bob", "cashier")
        with self.assertRaises(RoleTooNew):
            self.decide("bob", by="cass")

    def test_stay_two_after_other_changes(self) -> None:
        User.objects.filter(username="cass").update(frozen=True)
        User.objects.filter(username="cass").update(frozen=False)
        self.assertTrue(self.decide("cass", by="admin").is_booked)

    def test_are_not_backdated_by_the_web_role(self) -> None:
        self.assert_refused("UPDATE accounts_standing SET role_since = '2020-01-01'")
        self.assert_refused("UPDATE accounts_standing SET role_given_by = NULL")

    def test_get_the_first_answer_again(self) -> None:
        proposal_of = CashProposal.objects.filter(status="confirmed")
        first = self.decide("cass", by="admin")
        age_role("admin", "1 hour")
        self.assertEqual(service.confirm_cash(by=person("admin"), proposal=proposal_of.get()), first)


class ANewRole(MoneyTestCase):
    def told(self) -> list[tuple[str, str | None]]:
        notices = Notification.objects.filter(kind="role_given").order_by("user__username")
        return list(notices.values_list("user__username", "actor__username"))

    def test_is_told_to_administrators_and_treasurers(self) -> None:
        User.objects.filter(username="carla").update(role="administrator", is_staff=True, is_superuser=True)
        give_role("bob", "cashier", by="carla")
        self.assertEqual(self.told(), [("admin", "carla"), ("tess", "carla")])
        self.assertEqual(Standing.objects.get(user__username="bob").role_given_by, person("carla").pk)

    def test_is_not_told_where_it_is_nothing_of_staffs(self) -> None:
        give_role("cass", "member")
        self.assertEqual(self.told(), [])

    def test_of_a_registered_administrator_is_told_and_remembered(self) -> None:
        self.client.force_login(person("admin"))
        passwords = {"password1": "a long way to the sea", "password2": "a long way to the sea"}
        self.client.post(reverse("staff:administrators"), ZOE | passwords | {"currency": "GBP"})
        self.assertEqual(person("zoe").role_given_by, person("admin"))
        self.assertEqual(self.told(), [("tess", "admin")])

    def test_at_the_terminal_is_told(self) -> None:
        create(**ZOE)
        self.assertEqual(self.told(), [("admin", None), ("tess", None)])

    def test_is_on_the_page_of_roles_with_who_gave_it(self) -> None:
        give_role("bob", "cashier")
        self.client.force_login(person("tess"))
        self.assertContains(self.client.get(reverse("payments:notifications")), reverse("staff:roles"))
        page = self.client.get(reverse("staff:roles"))
        self.assertEqual(page.context["people"][0], person("bob"))
        self.assertContains(page, "given by Ada Min")
        self.assertNotContains(page, "alice")
