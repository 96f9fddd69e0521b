"""A member's program asks to withdraw, and a bank's program says what it paid; no program adds a bank account."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import override_settings

from accounts.models import User
from api.face import document
from events.listeners import listen
from outbox.events.service import tell_events
from outbox.models import Message
from payments.owners import wallet_of
from tests.cast import balance, gbp, person
from tests.treasury.banks import a_bank, deposited
from tests.treasury.withdrawals import an_account, approved, filed
from treasury.deposits.service import return_deposit
from treasury.models import Withdrawal
from treasury.payout_accounts.service import remove_account
from treasury.withdrawals import endings, filing, service

from .base import ApiTestCase, Caller


class Withdrawals(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.bank = a_bank()
        self.account = an_account(self.alice.user)

    def asked(self, **more: Any) -> dict[str, Any]:
        return {"amount": "5.00", "currency": "GBP", "payout_account": str(self.account.reference)} | more


class AMembersProgram(Withdrawals):
    def test_finds_the_accounts_and_withdraws_to_one(self) -> None:
        (account,) = self.done(self.alice.get("payout-accounts"), 200)["payout_accounts"]
        self.assertEqual((account["id"], account["iban"]), (str(self.account.reference), "…5432"))
        body = self.done(self.alice.post("withdrawals", self.asked()))
        self.assertEqual((body["status"], body["amount"]["amount"], body["iban"]), ("requested", "5.00", "…5432"))
        self.assertEqual(self.done(self.alice.get(f"withdrawals/{body['id']}"), 200), body)
        self.assertEqual(self.done(self.alice.get("withdrawals"), 200), {"withdrawals": [body], "next": None})
        self.assertEqual(wallet_of(self.alice.user).held, gbp("5"))

    def test_withdraws_once_under_its_key(self) -> None:
        key = uuid4()
        first, again = (self.alice.post("withdrawals", self.asked(), key=key) for _ in range(2))
        self.assertEqual((self.done(first), again.headers["Idempotent-Replayed"]), (self.done(again), "true"))
        self.assertEqual(Withdrawal.objects.count(), 1)
        problem = self.alice.post("withdrawals", self.asked(amount="6.00"), key=key)
        self.assert_problem(problem, 422, "key_reused", field="amount")

    def test_reads_why_it_cannot(self) -> None:
        with override_settings(PAYOUT_ACCOUNT_AFTER_HOURS=24):
            young = an_account(self.alice.user, "DE89370400440532013000")
        theirs = an_account(person("bob"))
        for change, status, code, field in (
            ({"amount": "1000.01"}, 422, "insufficient_funds", "amount"),
            ({"amount": "0"}, 422, "amount_not_positive", "amount"),
            ({"amount": "1.005"}, 422, "amount_too_precise", "amount"),
            ({"currency": "EUR"}, 422, "other_currency", "currency"),
            ({"payout_account": str(young.reference)}, 409, "payout_account_too_new", "payout_account"),
            ({"payout_account": str(theirs.reference)}, 422, "payout_account_unknown", "payout_account"),
            ({"payout_account": str(uuid4())}, 422, "payout_account_unknown", "payout_account"),
            ({"payout_account": "x"}, 422, "invalid", None),
            ({"iban": "GB82WEST12345698765432"}, 422, "invalid", None),
        ):
            with self.subTest(change):
                self.assert_problem(self.alice.post("withdrawals", self.asked(**change)), status, code, field=field)
        remove_account(self.account)
        answer = self.alice.post("withdrawals", self.asked())
        self.assert_problem(answer, 422, "payout_account_unknown", field="payout_account")
        User.objects.filter(pk=self.bank.user_id).update(frozen=True)
        again = an_account(self.alice.user)
        answer = self.alice.post("withdrawals", self.asked(payout_account=str(again.reference)))
        self.assert_problem(answer, 422, "no_bank_for_withdrawals")
        self.assertFalse(Withdrawal.objects.exists())

    def test_is_declined_under_its_key_for_ever(self) -> None:
        key, body = uuid4(), self.asked(amount="1000.01")
        self.assert_problem(self.alice.post("withdrawals", body, key=key), 422, "insufficient_funds", field="amount")
        deposited(self.bank, self.alice.user, "5")
        self.assert_problem(self.alice.post("withdrawals", body, key=key), 422, "insufficient_funds", field="amount")

    def test_cancels_what_is_not_at_the_bank_yet(self) -> None:
        found = self.done(self.alice.post("withdrawals", self.asked()))
        body = self.done(self.alice.post(f"withdrawals/{found['id']}/cancel"), 200)
        self.assertEqual(body, found | {"status": "cancelled"})
        self.assertEqual(wallet_of(self.alice.user).held, gbp("0"))
        gone = filed(self.alice.user, "5")
        self.assert_problem(self.alice.post(f"withdrawals/{gone.reference}/cancel"), 409, "withdrawal_closed")
        self.assert_problem(self.bob.post(f"withdrawals/{gone.reference}/cancel"), 404, "not_found")

    def test_adds_no_account(self) -> None:
        methods = {path: set(found) for path, found in document()["paths"].items() if "payout-accounts" in path}
        self.assertEqual(methods, {"/api/v1/payout-accounts": {"get"}})


class ABanksProgram(Withdrawals):
    def setUp(self) -> None:
        super().setUp()
        self.program = Caller(self.bank.user.username, scopes=("withdrawals:settle",))

    def test_finds_its_orders_and_settles_them(self) -> None:
        approved(person("bob"), "9")  # not ordered yet
        found = filed(self.alice.user, "5")
        assert found.file is not None
        (order,) = self.done(self.program.get("bank/withdrawals", status="filed"), 200)["orders"]
        self.assertEqual(
            (order["id"], order["iban"], order["file"]), (str(found.reference), found.iban, found.file.reference.hex)
        )
        settle = f"bank/withdrawals/{found.reference}/settle"
        body = self.done(self.program.post(settle, {"reference": "B1"}), 200)
        self.assertEqual(body, order | {"status": "settled", "reference": "B1"})
        self.assertEqual(self.done(self.program.post(settle, {"reference": "B2"}), 200), body)
        self.assertEqual(self.done(self.program.get("bank/withdrawals", status="filed"), 200)["orders"], [])
        self.assertEqual(self.done(self.program.get("bank/withdrawals"), 200)["orders"], [body])

    def test_returns_them_once_with_a_reason(self) -> None:
        found = filed(self.alice.user, "5")
        path = f"bank/withdrawals/{found.reference}/return"
        body = self.done(self.program.post(path, {"reference": "R1", "reason": "Account closed"}), 200)
        self.assertEqual(
            (body["status"], body["return_reference"], body["reason"]), ("returned", "R1", "Account closed")
        )
        self.assertEqual(self.done(self.program.post(path, {"reference": "R2"}), 200), body)
        self.assertEqual(balance(self.alice.user), gbp("1000"))
        settle = self.program.post(f"bank/withdrawals/{found.reference}/settle", {"reference": "B1"})
        self.assert_problem(settle, 409, "withdrawal_closed")
        self.assert_problem(self.program.post(path, {"reference": ""}), 422, "invalid")

    def test_sees_neither_another_banks_orders_nor_what_is_not_ordered(self) -> None:
        other = Caller(a_bank("otherbank", iban="").user.username)
        found, waiting = filed(self.alice.user, "5"), approved(self.alice.user, "6")
        for caller, of in ((other, found), (self.program, waiting), (self.alice, found), (Caller("tess"), found)):
            for step in ("settle", "return"):
                answer = caller.post(f"bank/withdrawals/{of.reference}/{step}", {"reference": "B1"})
                self.assert_problem(answer, 404, "not_found")
        self.assertEqual(self.done(other.get("bank/withdrawals"), 200)["orders"], [])
        self.assert_problem(self.alice.get("bank/withdrawals"), 403, "role_missing")
        User.objects.filter(pk=self.bank.user_id).update(role="member")
        answer = self.program.post(f"bank/withdrawals/{found.reference}/settle", {"reference": "B1"})
        self.assert_problem(answer, 403, "role_missing")


class Events(Withdrawals):
    def test_tell_the_member_of_each_step_and_the_bank_of_its_orders(self) -> None:
        alice, tess, bank = self.alice.user, person("tess"), self.bank.user
        for user in (alice, bank):
            listen(user.pk)
        self.alice.post("withdrawals", self.asked())
        service.cancel_withdrawal(member=alice, withdrawal=Withdrawal.objects.get())
        self.alice.post("withdrawals", self.asked())
        service.decline(by=tess, withdrawal=Withdrawal.objects.latest("id"), reason="x")
        found = approved(alice, "5")
        filing.file_withdrawals(
            by=person("admin"), clearing=found.clearing, withdrawals=[found], key=uuid4(), pin="246810"
        )
        endings.settle(withdrawal=found, reference="B1")
        endings.return_withdrawal(withdrawal=found, reference="B2", reason="x")
        back = deposited(self.bank, alice, "5")
        return_deposit(deposit=back, reason="x", key=uuid4())
        tell_events()
        steps = (
            *("requested", "cancelled", "requested", "declined"),
            *("requested", "approved", "filed", "settled", "returned"),
        )
        deposits = ["deposit.booked", "deposit.returned"]
        self.assertEqual(self.heard(alice), [*(f"withdrawal.{step}" for step in steps), *deposits])
        self.assertEqual(self.heard(bank), ["withdrawal.filed", *deposits])

    def heard(self, user: User) -> list[str]:
        types = Message.objects.filter(user=user).order_by("seq").values_list("type", flat=True)
        return [each for each in types if not each.startswith("transfer.")]
