"""The pages of withdrawals: a member's, the treasury's, and what a bank sees."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core import mail
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from tests.base import MoneyTestCase
from tests.cast import PIN, gbp, person, sent
from treasury.models import PayoutAccount, PayoutFile, Withdrawal
from treasury.payout_accounts.service import MOST
from web.templatetags.money import money

from .banks import a_bank
from .withdrawals import IBAN, an_account, approved, file, filed, requested

WITHDRAW, ACCOUNTS = "treasury:withdraw", "treasury:payout_accounts"


class ABankAccount(MoneyTestCase):
    def setUp(self) -> None:
        self.alice = person("alice")
        self.client.force_login(self.alice)

    def add(self, **typed: str) -> Any:
        typed = {"holder": "Alice Archer", "iban": "gb82 west 1234 5698 7654 32", "pin": PIN} | typed
        return self.client.post(reverse(ACCOUNTS), typed, follow=True)

    @override_settings(PAYOUT_ACCOUNT_AFTER_HOURS=24)
    def test_is_added_with_the_pin_told_at_once_and_used_a_day_later(self) -> None:
        self.assertContains(self.client.get(reverse(ACCOUNTS)), "You have no bank account here yet.")
        answer = self.add()
        self.assertContains(answer, "possible from tomorrow on")
        self.assertContains(answer, "…5432")
        self.assertNotContains(answer, IBAN)
        found = PayoutAccount.objects.get()
        self.assertEqual((found.iban, (found.usable_at - found.created_at).days), (IBAN, 1))
        (letter,) = mail.outbox
        self.assertEqual(letter.to, ["alice@example.org"])
        self.assertEqual(letter.subject, "A bank account was added, to which you can withdraw")
        for part in ("Alice Archer", "…5432", "Was it not you?"):
            self.assertIn(part, str(letter.body))
        self.assertNotIn(IBAN, str(letter.body))
        self.assertContains(self.client.get(reverse("payments:notifications")), reverse(ACCOUNTS))
        self.add()  # once more: nothing new, and no second letter
        self.assertEqual((PayoutAccount.objects.count(), len(mail.outbox)), (1, 1))

    def test_is_refused_with_the_reason_beside_its_field(self) -> None:
        for typed, text in (
            ({"iban": "GB82WEST12345698765431"}, "This is not an IBAN"),
            ({"iban": "DE8937040044053201300"}, "This is not an IBAN"),  # its length is no German one
            ({"iban": ""}, "This field is required."),
            ({"holder": ""}, "This field is required."),
            ({"holder": "A\u202eB"}, "field__error"),
            ({"pin": "000000"}, "4 tries left"),
            ({"pin": ""}, "Please enter your 6-digit PIN."),
        ):
            with self.subTest(typed):
                answer = self.client.post(
                    reverse(ACCOUNTS), {"holder": "Alice Archer", "iban": IBAN, "pin": PIN} | typed
                )
                self.assertContains(answer, text, status_code=answer.status_code)
        User.objects.filter(pk=self.alice.pk).update(frozen=True)
        self.assertContains(self.add(), "Your account is frozen", status_code=403)
        self.assertFalse(PayoutAccount.objects.exists())

    def test_is_one_of_ten_at_most(self) -> None:
        for number in range(MOST):
            PayoutAccount.objects.create(user=self.alice, holder="A", iban=f"X{number}", usable_at="2999-01-01T00:00Z")
        self.assertContains(self.add(), "ten bank accounts", status_code=422)

    def test_is_removed_by_its_member_alone_and_waits_again_when_it_comes_back(self) -> None:
        found = an_account(self.alice)
        remove = reverse("treasury:remove_payout_account", args=[found.reference])
        self.client.force_login(person("bob"))
        self.assertEqual(self.client.post(remove).status_code, 404)
        self.client.force_login(self.alice)
        for _ in range(2):
            self.assertContains(self.client.post(remove, follow=True), "You have no bank account here yet.")
        with override_settings(PAYOUT_ACCOUNT_AFTER_HOURS=24):
            again = an_account(self.alice)
        self.assertNotEqual(again, found)
        self.assertEqual((again.usable_at - again.created_at).days, 1)


class AMember(MoneyTestCase):
    def setUp(self) -> None:
        self.alice = person("alice")
        self.client.force_login(self.alice)

    def ask(self, **typed: str) -> Any:
        account = PayoutAccount.objects.get(user=self.alice, removed_at=None)
        typed = {"payout_account": str(account.reference), "amount": "12.50", "key": str(uuid4())} | typed
        return self.client.post(reverse(WITHDRAW), typed, follow=True)

    def test_is_told_what_is_missing(self) -> None:
        self.assertContains(self.client.get(reverse(WITHDRAW)), "No bank pays out in your currency")
        a_bank()
        self.assertContains(self.client.get(reverse(WITHDRAW)), "first add a bank account")
        an_account(self.alice)
        self.assertContains(self.client.get(reverse(WITHDRAW)), "You have not withdrawn anything yet.")

    def test_reviews_requests_and_cancels(self) -> None:
        a_bank()
        an_account(self.alice)
        review = self.ask()
        self.assertContains(review, "Check the withdrawal")
        self.assertContains(review, money(gbp("987.50")))
        self.assertFalse(Withdrawal.objects.exists())
        key = str(uuid4())
        wrong = self.ask(confirmed="yes", pin="000000", key=key)
        self.assertContains(wrong, "4 tries left", status_code=403)
        for _ in range(2):
            answer = self.ask(confirmed="yes", pin=PIN, key=key)
            self.assertContains(answer, "Waiting for approval")
        found = Withdrawal.objects.get()
        self.assertRedirects(answer, reverse("treasury:withdrawal", args=[found.reference]))
        self.assertContains(self.client.get(reverse("home")), "Withdrawals on their way")
        self.assertContains(self.client.get(reverse("payments:holds")), "Another £12.50 is on hold for withdrawals")
        self.assertContains(self.client.get(reverse(WITHDRAW)), "…5432")
        cancel = reverse("treasury:cancel_withdrawal", args=[found.reference])
        self.assertContains(self.client.post(cancel, follow=True), "you can spend the money again")
        self.assertNotContains(self.client.get(reverse("home")), "Withdrawals on their way")

    def test_reads_why_not_before_the_pin_and_keeps_what_was_typed(self) -> None:
        bank = a_bank()
        an_account(self.alice)
        self.assertContains(self.ask(amount="1000.01"), "£0.01", status_code=422)
        self.assertContains(self.ask(amount="1,23.4"), "field__error")
        self.assertContains(self.ask(payout_account=str(uuid4())), "Select a valid choice")
        User.objects.filter(pk=bank.user_id).update(frozen=True)
        self.assertContains(self.ask(), "No bank pays out", status_code=422)
        self.assertFalse(Withdrawal.objects.exists())

    def test_whose_money_is_gone_meanwhile_types_the_pin_again_under_a_new_key(self) -> None:
        a_bank()
        an_account(self.alice)
        key = str(uuid4())
        self.ask(amount="900", key=key)
        sent(self.alice, person("bob"), "200")
        answer = self.ask(amount="900", key=key, confirmed="yes", pin=PIN)
        self.assertContains(answer, "not enough money")
        self.assertContains(answer, 'value="900"')
        self.assertNotEqual(answer.context["form"]["key"].value(), key)

    def test_sees_own_withdrawals_alone_page_by_page(self) -> None:
        a_bank()
        for number in range(1, 23):
            requested(self.alice, f"{number}")
        first = self.client.get(reverse(WITHDRAW))
        self.assertContains(first, money(gbp("22")))
        self.assertNotContains(first, money(gbp("2")))
        older = self.client.get(f"{reverse(WITHDRAW)}?before={first.context['older']}")
        self.assertEqual([str(row.amount_minor) for row in older.context["rows"]], ["200", "100"])
        found = Withdrawal.objects.latest("id")
        self.client.force_login(person("bob"))
        self.assertEqual(self.client.get(reverse("treasury:withdrawal", args=[found.reference])).status_code, 404)
        self.assertNotContains(self.client.get(reverse(WITHDRAW)), money(gbp("22")))


class TheTreasury(MoneyTestCase):
    def setUp(self) -> None:
        self.bank, self.alice, self.tess = a_bank(), person("alice"), person("tess")
        self.client.force_login(self.tess)

    def decide(self, found: Withdrawal, step: str, **typed: str) -> Any:
        typed = {"step": step} | {f"{step}-{name}": value for name, value in typed.items()}
        return self.client.post(reverse("staff:withdrawal", args=[found.reference]), typed, follow=True)

    def test_approves_files_downloads_and_settles_by_hand(self) -> None:
        empty = self.client.get(reverse("staff:withdrawals"))
        self.assertContains(empty, "Nobody waits for an approval.")
        found = requested(self.alice, "5")
        self.assertContains(self.client.get(reverse("staff:withdrawals")), "Alice Archer")
        page = self.client.get(reverse("staff:withdrawal", args=[found.reference]))
        self.assertContains(page, IBAN)
        self.assertContains(self.decide(found, "approve"), "It now waits for a file to the bank.")

        new = reverse("staff:new_payout_file", args=[found.clearing_id])
        self.assertContains(self.client.get(reverse("staff:withdrawals")), new)
        form = self.client.get(new)
        self.assertContains(form, "£500.00 a day")
        typed = {"withdrawals": [str(found.reference)], "key": form.context["form"]["key"].value(), "pin": PIN}
        self.assertContains(self.client.post(new, typed | {"pin": "000000"}), "4 tries left", status_code=403)
        for _ in range(2):  # a second press of the button
            answer = self.client.post(new, typed, follow=True)
            self.assertContains(answer, "The file is ready.")
        made = PayoutFile.objects.get()
        self.assertContains(
            self.client.get(reverse("staff:withdrawals")), reverse("staff:payout_file", args=[made.reference])
        )
        first, second = (self.client.get(reverse("staff:download_payout_file", args=[made.reference])) for _ in "12")
        self.assertEqual((first.content, second.content), (bytes(made.content), bytes(made.content)))
        self.assertEqual(first["Content-Disposition"], f'attachment; filename="{made.reference.hex}.xml"')

        self.assertContains(self.decide(found, "settle", reference=""), "This field is required.")
        self.assertContains(self.decide(found, "settle", reference="B1"), "Settled: the bank has paid.")
        self.assertContains(self.decide(found, "return", reference="B2", reason="Closed"), "Returned: the member has")
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(reverse("treasury:withdrawal", args=[found.reference])), "Closed")

    def test_declines_with_a_reason(self) -> None:
        found = requested(self.alice, "5")
        self.assertContains(self.decide(found, "decline", reason=""), "This field is required.")
        self.assertContains(self.decide(found, "decline", reason="Not your account"), "Declined.")
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(reverse("treasury:withdrawal", args=[found.reference])), "Not your account")

    def test_has_no_buttons_for_the_own_withdrawal_nor_an_auditor_for_any(self) -> None:
        own, others = requested(self.tess, "5"), requested(self.alice, "6")
        page = self.client.get(reverse("staff:withdrawal", args=[own.reference]))
        self.assertContains(page, "This is your own withdrawal.")
        self.assertNotContains(page, 'name="step"')
        self.assertContains(self.decide(own, "approve"), "You cannot do this for your own account.")
        self.client.force_login(person("audrey"))
        page = self.client.get(reverse("staff:withdrawal", args=[others.reference]))
        self.assertContains(page, IBAN)
        self.assertNotContains(page, 'name="step"')
        self.assertEqual(self.decide(others, "approve").status_code, 403)

    def test_reads_why_a_withdrawal_is_not_ticked_or_no_longer_there(self) -> None:
        rows = [approved(self.alice, "5"), approved(person("bob"), "6"), approved(self.tess, "7", by=person("admin"))]
        User.objects.filter(username="bob").update(frozen=True)
        new = reverse("staff:new_payout_file", args=[rows[0].clearing_id])
        page = self.client.get(new)
        for text in ("the member is frozen", "your own: somebody else must send it"):
            self.assertContains(page, text)
        self.assertEqual([ticked for _row, _why, ticked in page.context["rows"]], [True, False, False])
        typed = {"withdrawals": [str(row.reference) for row in rows[:2]], "key": str(uuid4()), "pin": PIN}
        self.assertContains(self.client.post(new, typed), "This account is frozen.", status_code=403)
        self.assertContains(self.client.post(new, typed | {"withdrawals": []}), "choose at least one", status_code=422)
        file(rows[0])
        typed["withdrawals"] = [str(rows[0].reference)]
        self.assertContains(self.client.post(new, typed), "The list has changed", status_code=409)

    def test_sees_the_page_also_when_the_rate_is_not_known(self) -> None:
        found = approved(self.alice, "5")
        with override_settings(FOUR_EYES_ABOVE="500.00 EUR", CONVERSION_URL="http://127.0.0.1:9"):
            page = self.client.get(reverse("staff:new_payout_file", args=[found.clearing_id]))
        self.assertContains(page, "The conversion service is not answering.")


class ABank(MoneyTestCase):
    def test_sees_what_it_was_ordered_to_pay_until_it_has_answered(self) -> None:
        bank, other = a_bank(), a_bank("otherbank", iban="")
        self.client.force_login(bank.user)
        self.assertContains(self.client.get(reverse("treasury:own_bank")), "You have answered every order.")
        found = filed(person("alice"), "5")
        shown = self.client.get(reverse("treasury:own_bank"))
        self.assertContains(shown, IBAN)
        self.assertContains(shown, found.file.name if found.file else "-")
        self.client.force_login(other.user)
        self.assertNotContains(self.client.get(reverse("treasury:own_bank")), IBAN)
        for page in (WITHDRAW, ACCOUNTS):
            self.assertEqual(self.client.get(reverse(page)).status_code, 404)
