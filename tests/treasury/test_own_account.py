"""Nobody acts as staff on their own account: on the pages, in the JSON API, and inside the money transaction."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.urls import reverse

from accounts.people.errors import OwnAccount
from ledger.models import Transfer
from ledger.posting import Instruction, Leg, post
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from ledger.wallets import create_wallet
from payments.drawers.kinds import DRAWER
from payments.models import TopUp
from payments.owners import wallet_of
from payments.reversals import service as reversals
from payments.top_ups.service import post_top_up, record
from tests.api.base import ApiTestCase, Caller
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from treasury.cash_desk.kinds import CASH_TOP_UP
from treasury.cash_desk.service import take_cash
from treasury.mass_payments import service as mass_payments
from treasury.mass_payments.files import RawRow


def taken_for_oneself(username: str) -> Transfer:
    """Cash that a cashier took for himself, as could be booked before this was refused."""
    cashier, made_at = person(username), timestamp()
    wallet = wallet_of(cashier)

    def decide() -> int:
        drawer = create_wallet(owner=cashier.pk, currency="GBP", purpose=DRAWER)
        legs = (Leg(drawer, wallet.pk, gbp("5")),)
        posting = post(Instruction(key=uuid4(), kind=CASH_TOP_UP, legs=legs), made_by=cashier.pk, made_at=made_at)
        record(posting, wallet, gbp("5"), TopUp.Method.CASH)
        assert posting.transfer_id is not None
        return posting.transfer_id

    return Transfer.objects.get(pk=in_one_transaction(decide, wallets=[wallet.pk]))


class OnesOwn(MoneyTestCase):
    def test_cash_is_not_taken(self) -> None:
        for username in ("cass", "admin"):
            with self.subTest(username):
                self.client.force_login(person(username))
                typed = {"member": username, "amount": "5", "key": uuid4()}
                answer = self.client.post(reverse("staff:cash"), typed)
                self.assertContains(answer, "You cannot do this for your own account.", status_code=403)
                self.assertEqual(balance(person(username)), gbp("1000"))
        self.assertFalse(TopUp.objects.exists())

    def test_cash_is_refused_inside_the_money_transaction(self) -> None:
        cass, made_at = person("cass"), timestamp()
        wallet = wallet_of(cass)
        drawer = create_wallet(owner=cass.pk, currency="GBP", purpose=DRAWER)
        booking = partial(post_top_up, cass, drawer, wallet, gbp("5"), CASH_TOP_UP, uuid4(), made_at)
        with self.assertRaises(OwnAccount):
            in_one_transaction(booking, wallets=[wallet.pk])
        self.assertEqual(balance(cass), gbp("1000"))

    def test_cash_is_not_undone(self) -> None:
        taken, cass = taken_for_oneself("cass"), person("cass")
        with self.assertRaises(OwnAccount):
            reversals.undo(maker=cass, transfer=taken, key=uuid4())
        self.client.force_login(cass)
        answer = self.client.post(reverse("staff:undo_cash", args=[taken.reference]), {"key": uuid4()}, follow=True)
        self.assertContains(answer, "You cannot do this for your own account.")
        self.assertEqual(balance(cass), gbp("1005"))

    def test_wallet_is_no_payee_of_ones_mass_payment(self) -> None:
        tess = person("tess")
        rows = [RawRow(2, "alice", "5", ""), RawRow(3, "tess@example.org", "5", "")]
        draft = mass_payments.prepare(maker=tess, title="May", rows=rows, key=uuid4())
        self.assertEqual(list(draft.rows.order_by("number").values_list("problem", flat=True)), ["", "payee_is_payer"])

    def test_colleague_may(self) -> None:
        take_cash(cashier=person("admin"), member=person("cass"), amount=gbp("5"), key=uuid4())
        self.assertEqual(balance(person("cass")), gbp("1005"))


class OnesOwnInJson(ApiTestCase):
    def test_cash_is_not_undone(self) -> None:
        taken = taken_for_oneself("cass")
        self.assert_problem(Caller("cass").post(f"transfers/{taken.reference}/reversal", {}), 403, "own_account")
        self.assertEqual(balance(person("cass")), gbp("1005"))
