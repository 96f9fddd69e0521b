"""The people of an attack, signed in, and what belongs to them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Now

from accounts.models import ApiToken, User
from accounts.pins import service as pin_resets
from accounts.pins.models import PinReset
from accounts.tokens import service as api_tokens
from api.access import known_scopes
from conversion.money import Money
from events.models import Mail
from ledger.models import Hold, Transfer
from payments.models import PaymentRequest, Quote
from payments.owners import wallet_of
from payments.registration.invitations import invite
from payments.registration.models import Application
from payments.registration.service import apply, register_with_card
from treasury.cash_desk.service import take_cash
from treasury.models import MassPayment

from .browser import Answer, Browser, Program, sign_in
from .figure import Means

SIGNED_IN = (
    "member",
    "other",
    "outsider",
    "merchant",
    "cashier",
    "treasurer",
    "auditor",
    "administrator",
    "bank",
    "frozen",
)
STRANGER = "stranger"
A_DAY = dt.timedelta(days=1)
LITTLE, CASH = "100", "400"  # in the payer's currency


class NotSet(Exception):
    """The attack could not be prepared: somebody may not do what they should be able to do."""


def user(means: Means, role: str) -> User:
    return User.objects.get(username=means.cast.names[role])


def browser(means: Means, role: str) -> Browser:
    """The browser of this person, signed in at the first call. A stranger's browser is signed in nowhere."""
    if role not in means.browsers:
        means.browsers[role] = _signed_in(means, role)
    return means.browsers[role]


def signed_in_again(means: Means, role: str) -> Browser:
    forget_tries()
    means.browsers[role] = _signed_in(means, role)
    return means.browsers[role]


def _signed_in(means: Means, role: str) -> Browser:
    new = Browser(means.door)
    if role != STRANGER:
        answer = sign_in(new, means.cast.names[role], means.cast.password(role))
        _require(answer.status == 302, f"{role} cannot sign in", answer)
    return new


def program(means: Means, role: str) -> Program:
    """A program of this person, with a new token that may do everything. A stranger's token is one that nobody has."""
    if role == STRANGER:
        return Program(means.door, "purse_" + "0" * 40)
    _token, secret = api_tokens.issue(user=user(means, role), name="attack", scopes=sorted(known_scopes), lives=A_DAY)
    return Program(means.door, secret)


# What belongs to "member", "other" and staff, made on their pages ----------------------------------------------------


def new_quote(means: Means, *, payer: str = "member", payee: str = "other", amount: str = "1.23") -> Quote:
    """A quote as its payer left it on the review page."""
    forget_tries()  # how often people may be looked up is limited
    _fill(means, payer)
    form = {"recipient": means.cast.names[payee], "amount": amount, "note": "attack", "key": uuid4()}
    answer = browser(means, payer).post("/payments/send/", form)
    _require(answer.location.startswith("/payments/send/"), "no quote", answer)
    return Quote.objects.get(reference=answer.location.split("/")[-2])


def _fill(means: Means, payer: str) -> None:
    """Gives the payer cash before the wallet is empty: what an attack confirms is booked, hundreds of times."""
    person = user(means, payer)
    wallet = wallet_of(person)
    if wallet.available < Money.of(LITTLE, wallet.currency_code):
        cash = Money.of(CASH, wallet.currency_code)
        take_cash(cashier=user(means, "cashier"), member=person, amount=cash, key=uuid4())


def new_transfer(means: Means) -> Transfer:
    answer = browser(means, "member").post(f"/payments/send/{new_quote(means).reference}/", {"pin": means.cast.pin})
    _require(answer.status == 302, "no transfer", answer)
    return Transfer.objects.get(reference=answer.location.split("/")[-2])


def new_hold(means: Means) -> Hold:
    form = {"payee": means.cast.names["other"], "amount": "1.00", "purpose": "authorization", "note": "attack"}
    own = {"key": uuid4(), "confirmed": "yes", "pin": means.cast.pin}
    answer = browser(means, "member").post("/payments/holds/new/", form | own)
    _require(answer.status == 302, "no hold", answer)
    return Hold.objects.get(reference=answer.location.split("/")[-2])


def new_request(means: Means, *, amount: str = "1.00") -> PaymentRequest:
    """ "other" asks "member" for money."""
    forget_tries()  # how often is limited
    form = {"payer": means.cast.names["member"], "amount": amount, "note": "attack", "key": uuid4()}
    answer = browser(means, "other").post("/payments/requests/new/", form)
    _require(answer.status == 302, "no payment request", answer)
    return PaymentRequest.objects.filter(requester=user(means, "other")).latest("pk")


def new_mass_payment(means: Means) -> MassPayment:
    body = {"title": f"attack {uuid4().hex}", "rows": [{"payee": means.cast.names["member"], "amount": "1.00"}]}
    answer = program(means, "treasurer").ask("POST", "/api/v1/mass-payments", body)
    _require(answer.status == 201, "no mass payment", answer)
    return MassPayment.objects.latest("pk")


def new_cash(means: Means, amount: str) -> None:
    """The cashier takes cash from "member", or proposes it, where it is too much for one person."""
    form = {"member": means.cast.names["member"], "amount": amount, "key": uuid4()}
    answer = browser(means, "cashier").post("/staff/cash/", form)
    _require(answer.status == 302, "no cash was taken", answer)


def new_token(means: Means) -> ApiToken:
    program(means, "member")
    return ApiToken.objects.filter(user=user(means, "member")).latest("pk")


def new_application() -> Application:
    name = f"applicant{uuid4().hex[:12]}"
    person, _pin = apply(
        username=name, first_name="A", last_name="B", email=f"{name}@example.org", password=uuid4().hex, currency="GBP"
    )
    return Application.objects.get(user=person)


def new_card(means: Means) -> UUID:
    """The reference of the claim of an account that nobody has taken over with its card."""
    details = {"username": f"guest{uuid4().hex[:12]}", "first_name": "A", "last_name": "Guest", "currency": "GBP"}
    return register_with_card(by=user(means, "administrator"), key=uuid4(), **details).user.claim.reference


def new_invitation(means: Means) -> tuple[UUID, str]:
    """The reference of a new invitation, and its secret."""
    invitation, secret = invite(name="attack", maker=user(means, "administrator"))
    return invitation.reference, secret


def new_letter(means: Means) -> Mail:
    """A letter that waits for its next attempt, for longer than an attack takes."""
    to, later = user(means, "member"), Now() + A_DAY
    return Mail.objects.create(
        user=to, kind="attack", address=to.email, subject="x", text="x", html="", headers={}, due_at=later
    )


def new_pin_reset(means: Means) -> PinReset:
    return pin_resets.start(by=user(means, "cashier"), member=user(means, "outsider"), recognised="attack")


def new_security_key() -> Authenticator:
    """That of somebody who never signs in: who has one is asked for it."""
    return Authenticator.objects.create(
        user=new_application().user, type=Authenticator.Type.WEBAUTHN, data={"name": "attack", "credential": {}}
    )


def _require(is_so: bool, what: str, answer: Answer) -> None:
    if not is_so:
        raise NotSet(f"{what}: {answer.status} {answer.location} {answer.text[:2000]}")


def forget_tries() -> None:
    """Gives everybody all tries again, as if the installation had never been attacked."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM web_allowance")
    cache.clear()
    User.objects.update(pin_failures=0, pin_locked_until=None)
