"""The objects of the matrix, made through the services, and what stands for each of them in an address.

The owner sent, asked and held; the party is the other side of it. Staff's objects belong to who is named beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from django.core import signing
from django.db.models.functions import Now

from accounts.models import PinReset, User
from accounts.pins.service import start
from accounts.pins.views import LETTER
from accounts.tokens.service import issue
from conversion.money import Money
from events.models import Mail
from lab.attacks import banking, kiosks, selling
from lab.attacks.webhooks import given_up_delivery_to, webhook_of
from lab.scratch.world import PIN
from ledger import audit, verification
from ledger.models import AuditRun, Transfer, VerificationRun
from outbox.models import Endpoint
from outbox.preferences.queries import SALT
from payments.holds.service import place_hold
from payments.models import Application, PaymentRequest, Quote, TopUp
from payments.owners import wallet_of
from payments.registration.invitations import invite
from payments.registration.service import apply, register_with_card
from payments.requests.service import ask_for_money
from payments.transfers.quotes import quote_transfer
from payments.transfers.service import decide_transfer, send_money
from treasury.cash_desk.service import propose_cash, take_cash
from treasury.mass_payments.files import RawRow
from treasury.mass_payments.service import prepare
from treasury.models import Bank, Deposit, PayoutFile, Statement, Withdrawal

from .people import A_DAY, BANK, People, a_bank, details_of

ONE, TOO_MUCH = Money.of("1.00", "GBP"), Money.of("501.00", "GBP")  # a cashier takes 500.00 alone

Users = Mapping[str, User]


@dataclass
class Objects:
    """`one` of each kind that stays as it was made, and `another` for a request that may change it."""

    people: People
    _made: dict[str, str] = field(default_factory=dict)

    def one(self, kind: str) -> str:
        """What stands for the object in an address; "" where `kind` is "", for an address without one."""
        if kind not in self._made:
            self._made[kind] = self.another(kind)
        return self._made[kind]

    def another(self, kind: str) -> str:
        return str(MADE[kind](self.people.users)) if kind else ""


def _quote(of: Users, amount: Money = ONE) -> Quote:
    return quote_transfer(maker=of["owner"], payee=wallet_of(of["party"]), amount=amount, note="", key=uuid4())


def _transfer(of: Users) -> Transfer:
    return send_money(payer=of["owner"], quote=_quote(of), pin=PIN)


def _declined(of: Users) -> object:
    """A transfer that was declined for want of money, which was there when it was quoted."""
    quote = _quote(of, wallet_of(of["owner"]).available)
    _transfer(of)
    return decide_transfer(payer=of["owner"], quote=quote, pin=PIN).reference


def _hold(of: Users, purpose: str = "authorization") -> object:
    return place_hold(
        payer=of["owner"], payee=wallet_of(of["party"]), amount=ONE, note="", purpose=purpose, key=uuid4(), pin=PIN
    ).reference


def _request(of: Users) -> PaymentRequest:
    return ask_for_money(requester=of["owner"], payer=of["party"], amount=ONE, note="", key=uuid4())


def _mass_payment(of: Users) -> object:
    rows = [RawRow(1, of["party"].username, "1.00", "")]
    return prepare(maker=of["treasurer"], title=f"Payroll {uuid4()}", rows=rows, key=uuid4()).reference


def _cash(of: Users) -> Transfer:
    return take_cash(cashier=of["cashier"], member=of["owner"], amount=ONE, key=uuid4())


def _application(of: Users) -> Application:
    user, _pin = apply(**details_of(uuid4().hex[:12]))
    return Application.objects.get(user=user)


def _card(of: Users) -> object:
    """The claim of an account that nobody has taken over with its card."""
    details = {"username": f"guest{uuid4().hex[:12]}", "first_name": "A", "last_name": "Guest", "currency": "GBP"}
    card = register_with_card(by=of["administrator"], key=uuid4(), **details)
    return card.user.claim.reference


def _security_key(of: Users) -> object:
    data = {"name": "Key", "credential": {}}
    return Authenticator.objects.create(user=of["owner"], type=Authenticator.Type.WEBAUTHN, data=data).pk


def _confirmation(of: Users) -> object:
    """The key in the letter that confirms an address. In a demo, addresses count as confirmed at once."""
    address = EmailAddress.objects.get(user=_application(of).user)
    address.verified = False
    address.save()
    return EmailConfirmationHMAC(address).key


def _pin_reset(of: Users) -> PinReset:
    return start(by=of["cashier"], member=of["other"], recognised="known since years")


def _letter(of: Users) -> Mail:
    """A letter to an administrator that waits for its next attempt, long enough for this run."""
    user, soon = of["administrator"], Now() + A_DAY
    return Mail.objects.create(
        user=user, kind="test", address=user.email, subject="x", text="x", html="", headers={}, due_at=soon
    )


def _bank(of: Users) -> Bank:
    """A bank of its own, whose program has an access token that nobody has confirmed."""
    return banking.unconfirmed(a_bank(f"bank{uuid4().hex[:12]}"), by=of["administrator"])


def _deposit(of: Users) -> Deposit:
    """The bank's, into the owner's wallet."""
    return banking.deposit_to(of["owner"], bank=of[BANK])


def _statement(of: Users) -> Statement:
    """A draft of the treasurer's."""
    return banking.statement_of(of["treasurer"], bank=of[BANK], member=of["owner"])


def _withdrawal(of: Users) -> Withdrawal:
    """The owner's, which waits for approval."""
    return banking.withdrawal_of(of["owner"], PIN)


def _file(of: Users) -> PayoutFile:
    """The administrator's, with a withdrawal of the owner's that the treasurer approved."""
    return banking.payout_file_for(of["owner"], PIN, approver=of["treasurer"], maker=of["administrator"])


def _order(of: Users) -> Withdrawal:
    """The owner's, which the matrix's bank was ordered to pay."""
    with banking.alone_in_paying_out(of[BANK]):
        return _file(of).withdrawals.get()


def _audit_run(of: Users) -> object:
    audit.run()
    return AuditRun.objects.latest("at").pk


def _verification_run(of: Users) -> object:
    verification.run()
    return VerificationRun.objects.latest("at").pk


MADE = {
    "quote": lambda of: _quote(of).reference,
    "transfer": lambda of: _transfer(of).reference,
    "declined": _declined,
    "hold": _hold,
    "two_step": lambda of: _hold(of, "two_step"),
    "request": lambda of: _request(of).reference,
    "token": lambda of: issue(user=of["owner"], name="x", scopes=["wallet:read"], lives=A_DAY)[0].reference,
    "security_key": _security_key,
    "invitation": lambda of: invite(name="Somebody", maker=of["administrator"])[0].reference,
    "invited": lambda of: invite(name="Somebody", maker=of["administrator"])[1],  # the secret of an invitation
    "pin_reset": lambda of: _pin_reset(of).reference,
    "reset_letter": lambda of: signing.dumps(str(_pin_reset(of).reference), salt=LETTER),  # the secret of its link
    "stop": lambda of: signing.dumps([of["owner"].pk, "received"], salt=SALT),  # the secret of a letter's link
    "letter": lambda of: _letter(of).reference,
    "webhook": lambda of: webhook_of(of["owner"]).reference,
    "webhook_off": lambda of: webhook_of(of["owner"], Endpoint.Why.OWNER).reference,
    "delivery": lambda of: given_up_delivery_to(of["owner"]).reference,
    "bank": lambda of: _bank(of).user.username,
    "unconfirmed": lambda of: _bank(of).reference,  # the administrator gave it a token
    "deposit": lambda of: _deposit(of).reference,
    "withdrawal": lambda of: _withdrawal(of).reference,
    "account": lambda of: banking.account_of(of["owner"], PIN).reference,
    "own_wallet": lambda of: wallet_of(of["owner"]).reference,
    "clearing": lambda of: banking.clearing_of(of[BANK]).pk,
    "file": lambda of: _file(of).reference,
    "order": lambda of: _order(of).reference,
    "kiosk": lambda of: kiosks.a_device(of["treasurer"]).reference,
    "kiosk_card": lambda of: kiosks.a_card_of(of["owner"], by=of["cashier"]).reference,
    "unknown_card": lambda of: kiosks.an_unknown_card(of["treasurer"]).reference,
    "import": lambda of: banking.import_of(of["treasurer"]).reference,
    "import_row": lambda of: banking.import_of(of["treasurer"]).rows.get().reference,
    "product": lambda of: selling.something_of(of["merchant"]).product.reference,
    "variant": lambda of: selling.something_of(of["merchant"]).reference,
    "own_count": lambda of: selling.stock_take_by(of["merchant"]).reference,
    "count": lambda of: selling.stock_take_by(of["treasurer"]).reference,
    "sale_point": lambda of: selling.members_shop().reference,
    "picture": lambda of: selling.a_picture(),
    "purchase": lambda of: selling.purchase_of(of["owner"], seller=of["merchant"]).reference,
    "paid_order": lambda of: selling.purchase_of(of["owner"], seller=of["merchant"]).money.transfer.reference,
    "till": lambda of: selling.till().reference,
    "till_sale": lambda of: selling.cash_sale_of(of["cashier"], seller=of["merchant"]).reference,
    "till_return": lambda of: selling.deposit_return_of(of["cashier"], seller=of["merchant"]).reference,
    "statement": lambda of: _statement(of).reference,  # the treasurer's
    "card": _card,
    "currency": lambda of: "USD",
    "rate": lambda of: banking.refused_rate().reference,
    "application": lambda of: _application(of).reference,
    "confirmation": _confirmation,
    "mass_payment": _mass_payment,  # the treasurer's
    "cash": lambda of: _cash(of).reference,  # the cashier took it from the owner
    "proposal": lambda of: (
        propose_cash(cashier=of["cashier"], member=of["owner"], amount=TOO_MUCH, key=uuid4()).reference
    ),
    # Records of Django's admin, by their numbers.
    "user": lambda of: of["owner"].pk,
    "person": lambda of: of["party"].username,
    "wallet": lambda of: wallet_of(of["owner"]).pk,
    "a_transfer": lambda of: _transfer(of).pk,
    "a_request": lambda of: _request(of).pk,
    "a_quote": lambda of: _quote(of).pk,
    "top_up": lambda of: TopUp.objects.get(transfer=_cash(of)).pk,
    "audit_run": _audit_run,
    "verification_run": _verification_run,
}
