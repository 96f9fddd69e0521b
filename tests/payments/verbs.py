"""Every way to move money (a verb), and its result where the payer or the payee may not move money: TABLE.

ARCHITECTURE.md has this table in words. `test_standing.py` tests each of its cells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

from accounts.models import User
from ledger.models import Hold, Transfer
from payments.holds import service as holds
from payments.models import PaymentRequest
from payments.owners import wallet_of
from payments.requests import service as requests
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.top_ups.service import top_up_on_trust
from payments.transfers.quotes import quote_transfer
from payments.transfers.service import send_money
from tests.cast import PIN, gbp, person, placed, sent
from tests.treasury.banks import a_bank, deposited
from tests.treasury.withdrawals import age, an_account, approved, file, filed, requested
from treasury.cash_desk.service import confirm_cash, propose_cash, take_cash
from treasury.deposits import service as deposits
from treasury.mass_payments import payouts
from treasury.mass_payments import service as mass_payments
from treasury.mass_payments.files import RawRow
from treasury.models import Bank, MassPayment, Withdrawal
from treasury.withdrawals import endings
from treasury.withdrawals import service as withdrawals

Act = Callable[[], Any]


class Verb(NamedTuple):
    """A verb in three steps, so that a test can bar a person before each.

    `begin` makes what the verb needs, such as a hold to capture, while everybody may move money. It returns the look:
    what a page does before the confirmation; it may refuse. The look returns the act, which moves the money.

    `payer` and `payee` are the usernames of the two sides, None for the system. Of a refund or an undo they are the
    sides of the first payment.
    """

    begin: Callable[[], Callable[[], Act]]
    payer: str | None
    payee: str | None


# (result with the payer barred, result with the payee barred): "refused", or "done" as if the person were not barred.
# None: a system wallet is on that side.
TABLE: dict[str, tuple[str | None, str | None]] = {
    "send": ("refused", "refused"),
    "pay a request": ("refused", "refused"),
    "ask for money": ("refused", "refused"),
    "decline a request": ("done", "done"),
    "cancel a request": ("done", "done"),
    "place a hold": ("refused", "refused"),
    "capture a hold": ("refused", "refused"),
    "release as the payee": ("done", "done"),
    "take back as the payer": ("done", "done"),
    "expire": ("done", "done"),
    "refund": ("done", "refused"),  # the money returns to the payer and leaves the payee's wallet
    "undo a transfer": ("refused", "refused"),  # the payer asks for it, and the money leaves the payee's wallet
    "undo a top-up": (None, "refused"),
    "undo cash": ("refused", "refused"),  # the cashier asks for it, and the money leaves the member's wallet
    "top up on trust": (None, "refused"),
    "take cash": ("refused", "refused"),
    "confirm cash": ("refused", "refused"),  # a second cashier asks for it
    "deposit": ("refused", "refused"),  # the bank asks for it
    "recall a deposit": ("refused", "done"),  # the bank asks for it, and the money leaves the member's wallet
    "withdraw": ("refused", None),  # a bank that is frozen pays nothing out: another one does, or none
    "cancel a withdrawal": ("done", "done"),
    "approve a withdrawal": ("refused", "refused"),  # the treasurer asks for it, and the money is the member's
    "decline a withdrawal": ("refused", "done"),
    "send a withdrawal to the bank": ("refused", "refused"),
    "settle a withdrawal": ("refused", "done"),  # the bank asks for it
    "return a withdrawal": ("refused", "done"),
    "let a withdrawal expire": ("done", "done"),
    "prepare a mass payment": ("refused", "done"),  # the payee's row is shown with a problem
    "confirm a mass payment": ("refused", "done"),  # the payee's row is declined when it is paid
    "pay a mass payment": ("paused", "row declined"),
}

# Verbs that need a role. The person who asks is the payer.
OF_A_ROLE = {
    *("undo cash", "take cash", "confirm cash", "deposit", "recall a deposit"),
    *("approve a withdrawal", "decline a withdrawal", "send a withdrawal to the bank"),
    *("settle a withdrawal", "return a withdrawal"),
    *("prepare a mass payment", "confirm a mass payment", "pay a mass payment"),
}


def verbs() -> dict[str, Verb]:
    if not Bank.objects.exists():
        a_bank("tidebank")
    return {
        "send": Verb(lambda: look_at_a_transfer, "alice", "bob"),
        "pay a request": Verb(begin_a_payment_of_a_request, "alice", "bob"),
        "ask for money": Verb(lambda: lambda: asking(), "alice", "bob"),
        "decline a request": Verb(lambda: at_once(closing(requests.decline_request, "payer")), "alice", "bob"),
        "cancel a request": Verb(lambda: at_once(closing(requests.cancel_request, "requester")), "alice", "bob"),
        "place a hold": Verb(lambda: look_at_a_hold, "alice", "bob"),
        "capture a hold": Verb(begin_a_capture, "alice", "bob"),
        "release as the payee": Verb(lambda: at_once(releasing("bob")), "alice", "bob"),
        "take back as the payer": Verb(lambda: at_once(releasing("alice")), "alice", "bob"),
        "expire": Verb(lambda: at_once(expiring()), "alice", "bob"),
        "refund": Verb(begin_a_refund, "alice", "bob"),
        "undo a transfer": Verb(lambda: at_once(undoing(sent(person("alice"), person("bob"), "5"))), "alice", "bob"),
        "undo a top-up": Verb(lambda: at_once(undoing(topping_up()())), None, "alice"),
        "undo cash": Verb(lambda: at_once(undoing(taking_cash()())), "cass", "alice"),
        "top up on trust": Verb(lambda: topping_up, None, "alice"),
        "take cash": Verb(lambda: taking_cash, "cass", "alice"),
        "confirm cash": Verb(lambda: at_once(confirming_cash()), "yuki", "alice"),
        "deposit": Verb(lambda: at_once(depositing()), "tidebank", "alice"),
        "recall a deposit": Verb(lambda: at_once(recalling()), "tidebank", "alice"),
        "withdraw": Verb(lambda: look_at_a_withdrawal, "alice", None),
        "cancel a withdrawal": Verb(lambda: at_once(cancelling_a_withdrawal()), "alice", "tidebank"),
        "approve a withdrawal": Verb(lambda: at_once(approving()), "tess", "alice"),
        "decline a withdrawal": Verb(lambda: at_once(declining()), "tess", "alice"),
        "send a withdrawal to the bank": Verb(lambda: at_once(filing()), "tess", "alice"),
        "settle a withdrawal": Verb(lambda: at_once(settling()), "tidebank", "alice"),
        "return a withdrawal": Verb(lambda: at_once(returning()), "tidebank", "alice"),
        "let a withdrawal expire": Verb(lambda: at_once(letting_expire()), "alice", "tidebank"),
        "prepare a mass payment": Verb(lambda: preparing, "tess", "alice"),
        "confirm a mass payment": Verb(begin_a_confirmation, "tess", "alice"),
        "pay a mass payment": Verb(begin_a_payout, "tess", "alice"),
    }


def at_once(act: Act) -> Callable[[], Act]:
    """A look that does nothing, for verbs without a step before the confirmation."""
    return lambda: act


def look_at_a_transfer() -> Act:
    alice = person("alice")
    quote = quote_transfer(maker=alice, payee=wallet_of(person("bob")), amount=gbp("5"), note="", key=uuid4())
    return lambda: send_money(payer=alice, quote=quote, pin=PIN)


def asked() -> PaymentRequest:
    return requests.ask_for_money(requester=person("bob"), payer=person("alice"), amount=gbp("5"), note="", key=uuid4())


def asking() -> Act:
    bob, alice, key = person("bob"), person("alice"), uuid4()
    return lambda: requests.ask_for_money(requester=bob, payer=alice, amount=gbp("5"), note="", key=key)


def begin_a_payment_of_a_request() -> Callable[[], Act]:
    request = asked()

    def look() -> Act:
        alice = person("alice")
        quote = requests.quote_request(payer=alice, payment_request=request, key=uuid4())
        return lambda: send_money(payer=alice, quote=quote, pin=PIN)

    return look


def closing(close: Callable[..., Any], as_whom: str) -> Act:
    request = asked()
    return lambda: close(payment_request=request, **{as_whom: getattr(request, as_whom)})


def look_at_a_hold() -> Act:
    alice, bobs, key = person("alice"), wallet_of(person("bob")), uuid4()
    holds.require_placeable(payer=alice, payee=bobs, amount=gbp("5"))
    return lambda: holds.place_hold(
        payer=alice, payee=bobs, amount=gbp("5"), note="", purpose="two_step", key=key, pin=PIN
    )


def begin_a_capture() -> Callable[[], Act]:
    hold, key = placed(person("alice"), person("bob"), "5"), uuid4()

    def look() -> Act:
        bob = person("bob")
        shown = holds.queries.hold_for(bob, hold.reference)
        return lambda: holds.capture_hold(payee=bob, hold=shown, amount=gbp("5"), key=key)

    return look


def releasing(name: str) -> Act:
    by, hold = person(name), placed(person("alice"), person("bob"), "5", purpose="two_step")
    return lambda: holds.release_hold(by=by, hold=hold)


def expiring() -> Act:
    hold = placed(person("alice"), person("bob"), "5", lives=dt.timedelta(microseconds=1))

    def act() -> str:
        holds.expire_due_holds()
        return Hold.objects.get(pk=hold.pk).status

    return act


def begin_a_refund() -> Callable[[], Act]:
    transfer, key = sent(person("alice"), person("bob"), "5"), uuid4()

    def look() -> Act:
        bob = person("bob")
        return lambda: refunds.refund(payee=bob, transfer=transfer, amount=gbp("5"), key=key, pin=PIN)

    return look


def undoing(transfer: Transfer) -> Act:
    key = uuid4()
    return lambda: reversals.undo(maker=person(transfer.made_by.username), transfer=transfer, key=key)


def topping_up() -> Act:
    alice, key = person("alice"), uuid4()
    return lambda: top_up_on_trust(member=alice, amount=gbp("5"), key=key)


def taking_cash() -> Act:
    cass, alice, key = person("cass"), person("alice"), uuid4()
    return lambda: take_cash(cashier=cass, member=alice, amount=gbp("5"), key=key)


def confirming_cash() -> Act:
    """Yuki becomes a second cashier, and confirms what Cass proposed."""
    User.objects.filter(username="yuki").update(role="cashier")
    second, proposal = (
        person("yuki"),
        propose_cash(cashier=person("cass"), member=person("alice"), amount=gbp("5"), key=uuid4()),
    )
    return lambda: confirm_cash(by=second, proposal=proposal)


def depositing() -> Act:
    bank, alice, reference = Bank.objects.get(), person("alice"), str(uuid4())
    return lambda: deposited(bank, alice, "5", reference=reference)


def recalling() -> Act:
    deposit, key = depositing()(), uuid4()
    return lambda: deposits.return_deposit(deposit=deposit, reason="", key=key)


def look_at_a_withdrawal() -> Act:
    alice, account, key = person("alice"), an_account(person("alice")), uuid4()
    withdrawals.require_requestable(member=alice, account=account, amount=gbp("5"))
    return lambda: withdrawals.request_withdrawal(member=alice, account=account, amount=gbp("5"), key=key, pin=PIN)


def cancelling_a_withdrawal() -> Act:
    alice, found = person("alice"), requested(person("alice"), "5")
    return lambda: withdrawals.cancel_withdrawal(member=alice, withdrawal=found)


def approving() -> Act:
    tess, found = person("tess"), requested(person("alice"), "5")
    return lambda: withdrawals.approve(by=tess, withdrawal=found)


def declining() -> Act:
    tess, found = person("tess"), requested(person("alice"), "5")
    return lambda: withdrawals.decline(by=tess, withdrawal=found, reason="x")


def filing() -> Act:
    tess, found, key = person("tess"), approved(person("alice"), "5", by=person("admin")), uuid4()
    return lambda: file(found, by=tess, key=key)


def settling() -> Act:
    found = filed(person("alice"), "5")
    return lambda: endings.settle(withdrawal=found, reference="B1")


def returning() -> Act:
    found = filed(person("alice"), "5")
    return lambda: endings.return_withdrawal(withdrawal=found, reference="B1", reason="x")


def letting_expire() -> Act:
    found = requested(person("alice"), "5")
    age(found, withdrawals.LIFE)

    def act() -> str:
        withdrawals.expire_due_withdrawals()
        return Withdrawal.objects.get(pk=found.pk).status

    return act


def preparing() -> Callable[[], MassPayment]:
    tess, key = person("tess"), uuid4()
    rows = [RawRow(2, "alice", "5", "")]
    return lambda: mass_payments.prepare(maker=tess, title=str(key), rows=rows, key=key)


def begin_a_confirmation() -> Callable[[], Act]:
    draft = preparing()()

    def look() -> Act:
        tess = person("tess")
        return lambda: mass_payments.confirm(maker=tess, mass_payment=draft, pin=PIN)

    return look


def begin_a_payout() -> Callable[[], Act]:
    running = begin_a_confirmation()()()

    def act() -> str:
        payouts.pay_next_chunk(running)
        outcome: str = running.rows.get().outcome
        return {"booked": "done", "waiting": "paused", "account_frozen": "row declined"}[outcome]

    return lambda: act
