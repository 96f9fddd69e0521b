"""Staff's pages: each role meets exactly what is for it."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth import get_user_model
from django.urls import reverse

from conversion.money import Money
from payments.models import TopUp
from tests.base import MoneyTestCase
from tests.cast import balance, person, sent

OVERSEERS = {"admin", "tess", "audrey"}
WHO_MAY = {
    "staff:dashboard": OVERSEERS,
    "staff:accounts": OVERSEERS,
    "staff:transfers": OVERSEERS,
    "staff:cash": {"admin", "cass"},
    "administrators": {"admin"},
}


class StaffPages(MoneyTestCase):
    def test_open_to_their_roles_alone(self) -> None:
        for username in ("alice", "cass", "tess", "audrey", "admin"):
            self.client.force_login(person(username))
            for name, allowed in WHO_MAY.items():
                with self.subTest(f"{username} {name}"):
                    self.assertEqual(self.client.get(reverse(name)).status_code, 200 if username in allowed else 403)
        self.client.force_login(person("alice"))
        self.assertContains(
            self.client.get(reverse("staff:dashboard")), "This dashboard is only for superusers", status_code=403
        )

    def test_ten_transfers_a_page(self) -> None:
        for _ in range(12):
            sent(person("alice"), person("bob"), "1")
        self.client.force_login(person("admin"))
        page = self.client.get(reverse("staff:transfers")).context["page"]
        self.assertEqual((len(page), page.paginator.count), (10, 20))

    def test_every_account_with_its_balance(self) -> None:
        self.client.force_login(person("admin"))
        self.assertContains(self.client.get(reverse("staff:accounts")), "€1,170")

    def test_all_currencies_come_to_zero(self) -> None:
        sent(person("alice"), person("carla"), "30")
        self.client.force_login(person("tess"))
        totals = self.client.get(reverse("staff:dashboard")).context["totals"]
        self.assertEqual({sums.code for sums in totals}, {"GBP", "EUR", "JPY"})
        self.assertTrue(all(sums.total.minor == 0 for sums in totals))

    def test_an_administrator_registers_another(self) -> None:
        self.client.force_login(person("admin"))
        form = {
            "username": "second",
            "first_name": "Sam",
            "last_name": "Second",
            "email": "s@example.org",
            "currency": "GBP",
            "password1": "long enough 77",
            "password2": "long enough 77",
        }
        answer = self.client.post(reverse("administrators"), form, follow=True)
        self.assertContains(answer, "New administrator created successfully!")
        self.assertTrue(get_user_model().objects.get(username="second").is_superuser)

    def test_cash_is_shown_before_it_is_taken(self) -> None:
        self.client.force_login(person("cass"))
        typed = {"member": "alice", "amount": "25.50"}
        confirm = self.client.post(reverse("staff:cash"), typed)
        self.assertContains(confirm, "Alice Archer")
        self.assertFalse(TopUp.objects.exists())
        for _ in range(2):
            self.client.post(reverse("staff:cash"), typed | {"key": str(confirm.context["key"])})
        self.assertEqual(balance(person("alice")), Money.of("1025.50", "GBP"))
        self.assertContains(self.client.get(reverse("staff:cash")), "Alice Archer")

    def test_cash_for_nobody_or_nothing_is_refused(self) -> None:
        self.client.force_login(person("cass"))
        for typed, text in (
            ({"member": "nobody", "amount": "5"}, "User does not exist."),
            ({"member": "alice", "amount": "0"}, "more than zero"),
        ):
            self.assertContains(self.client.post(reverse("staff:cash"), typed | {"key": uuid4()}), text)

    def test_the_admin_shows_the_ledger_and_changes_nothing(self) -> None:
        transfer = sent(person("alice"), person("bob"), "1")
        self.client.force_login(person("admin"))
        for model in ("wallet", "transfer", "paymentrequest", "topup", "quote"):
            self.assertEqual(self.client.get(reverse(f"admin:payments_{model}_changelist")).status_code, 200)
            self.assertEqual(self.client.get(reverse(f"admin:payments_{model}_add")).status_code, 403)
        self.assertEqual(
            self.client.post(reverse("admin:payments_transfer_delete", args=[transfer.pk])).status_code, 403
        )
