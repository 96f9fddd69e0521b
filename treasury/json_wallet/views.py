"""The JSON wallet: six addresses under /api/ for programs that know no tokens, with a session cookie or a token.

docs/json-wallet.md has each call with its errors. A page elsewhere cannot use the cookie: bodies must be JSON, which
another site cannot send without asking first, and nothing allows it; and a request that another site caused is refused.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from accounts.people import addresses
from accounts.people.errors import PasswordWrong
from accounts.people.roles import BANKS
from api.access import Scope
from api.once import Keep
from conversion.errors import OtherCurrency
from conversion.money import CURRENCIES
from ledger.models import Wallet
from ledger.posting import Posting
from ledger.transactions import WithIt
from ledger.wallets import balance_of
from payments.errors import ToOneself
from payments.registration import invitations
from payments.registration.service import NameTaken, register
from payments.scopes import READ, TRANSFERS
from payments.transfers.service import why_declined
from treasury.banks.models import Bank
from treasury.banks.queries import clearing_of
from treasury.deposits import service as deposits
from treasury.deposits.errors import PayeeUnknown, ReferenceMissing
from treasury.deposits.files import plain
from treasury.deposits.preview import REFERENCE
from treasury.deposits.queries import own_bank
from treasury.scopes import DEPOSITS
from web.errors import TooManyTries
from web.limits import Limit, origin_of, take

from . import queries, service, texts
from .calls import body_of, call, once_or_anew, text_in
from .errors import (
    EmailNotVerified,
    EmailTaken,
    FieldWrong,
    LoginRequired,
    NoWallet,
    OnlyForPeople,
    PayerLacksWallet,
    SecondFactorRequired,
    SignUpOnPage,
    TargetUnknown,
)
from .forms import JsonSignUpForm
from .numbers import amount_in, amount_out, id_in

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SIGN_UPS = Limit("sign-ups by program from", 5, 720)  # five at once, and five an hour


@call("POST")
@sensitive_variables()
def signup(request: HttpRequest) -> HttpResponse:
    """Registers a person by name, e-mail address and password. The PIN is in this answer only."""
    body = body_of(request)
    name, email, password = (text_in(body, field) for field in ("name", "email", "password"))
    take(SIGN_UPS, origin_of(request))
    invitations.require_may_sign_up("")
    if invitations.must_wait("") or not addresses.count_as_confirmed():
        raise SignUpOnPage  # there it is not said whose address is taken
    form = _signed_up(name, email, password, body.get("currency", settings.DEFAULT_CURRENCY))
    try:
        user, pin = register(**form.as_person())
    except NameTaken as taken:
        raise EmailTaken if taken.field == "email" else FieldWrong("name", "name exists") from taken
    try:
        wallet: Wallet | None = queries.own_wallet(user)
    except NoWallet:  # a service is down, and the worker opens it later
        wallet = None
    told = {"name": user.get_full_name(), "email": user.email, "user_id": user.pk}
    return JsonResponse(told | {"wallet_id": wallet and wallet.pk, "pin": pin})


@call("POST")
@sensitive_variables()
def login(request: HttpRequest) -> HttpResponse:
    """Begins a session. Who has one already gets its owner, whatever was sent."""
    body = body_of(request)
    if not isinstance(request.user, User):
        user = _authenticated(request, body.get("email"), body.get("password"))
        if is_mfa_enabled(user):
            raise SecondFactorRequired
        confirmed = EmailAddress.objects.filter(user=user, verified=True)
        if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and not confirmed.exists():
            raise EmailNotVerified
        begin_session(request, user, backend=BACKEND)
    assert isinstance(request.user, User)
    return JsonResponse({"name": request.user.get_full_name(), "email": request.user.email})


@call("POST")
def logout(request: HttpRequest) -> HttpResponse:
    end_session(request)
    return JsonResponse({"status": "OK"})


@call("GET")
def wallet(request: HttpRequest) -> HttpResponse:
    """The caller's wallet with its newest operations."""
    user, _has_token = _caller(request, READ)
    return JsonResponse(queries.document_of(user, cursor=request.GET.get("cursor")))


@call("POST")
def external_to_wallet(request: HttpRequest) -> HttpResponse:
    """A bank credits a wallet. The answer has the balance of the bank's own wallet, which is below zero."""
    user, _has_token = _caller(request, DEPOSITS)
    body = body_of(request)
    bank = own_bank(user)
    target = queries.wallet_named(id_in(body.get("wallet_id")))
    if target is None:
        raise PayeeUnknown
    amount = amount_in(body.get("amount"), target.currency)
    if body.get("currency", target.currency_code) != target.currency_code:
        raise OtherCurrency(target.currency_code)
    reference, details = _reference(body, bank), _details(body)
    clearing = clearing_of(bank, target.currency).wallet

    def act(key: UUID, keep: Keep) -> None:
        def write(booked: deposits.Booked) -> None:
            _keep(keep, booked.deposit.transfer_id, clearing, amount_out(balance_of(clearing)))

        deposits.deposit(
            bank=bank,
            wallet=target,
            amount=amount,
            reference=reference or str(key),
            details=details,
            with_it=WithIt(write),
        )

    return once_or_anew(request, "external_to_wallet", body, act)


@call("POST")
@sensitive_variables()
def wallet_to_wallet(request: HttpRequest) -> HttpResponse:
    """Pays another wallet from the caller's, an amount in the payee's currency."""
    user, has_token = _caller(request, TRANSFERS)
    body = body_of(request)
    if user.role in BANKS:
        raise OnlyForPeople
    try:
        source = queries.own_wallet(user)
    except NoWallet as error:
        raise PayerLacksWallet from error
    target = queries.wallet_named(id_in(body.get("wallet_id")))
    if target is None:
        raise TargetUnknown
    if source == target:
        raise ToOneself
    amount, pin = amount_in(body.get("amount"), target.currency), body.get("pin")

    def act(key: UUID, keep: Keep) -> None:
        def write(posting: Posting, source: Wallet) -> None:
            if declined := why_declined(posting):
                problem = texts.problem_of(declined)
                keep(problem.status, problem.as_json())
            else:
                # The row is locked by this transaction, so this is the balance after just this payment.
                _keep(keep, posting.transfer_id, source, amount_out(Wallet.objects.get(pk=source.pk).settled))

        service.pay(
            payer=user,
            payee=target,
            amount=amount,
            note=_details(body),
            key=key,
            pin=pin if isinstance(pin, str) else None,
            has_token=has_token,
            write=write,
        )

    asked = {name: value for name, value in body.items() if name != "pin"}  # the key's content, which is stored
    return once_or_anew(request, "wallet_to_wallet", asked, act)


def _caller(request: HttpRequest, scope: Scope) -> tuple[User, bool]:
    """Who calls, and whether by an access token, which wins over a session. Raises Problem, LoginRequired."""
    has_token = "Authorization" in request.headers
    if has_token:
        scope(request)  # sets the user
    if not isinstance(request.user, User):
        raise LoginRequired
    return request.user, has_token


def _signed_up(name: str, email: str, password: str, currency: object) -> JsonSignUpForm:
    """The valid form. Raises EmailTaken, FieldWrong with the first error's own sentence."""
    if currency not in CURRENCIES:
        raise FieldWrong("currency", "currency not exists")
    first, _space, last = " ".join(name.split()).partition(" ")
    typed = {"username": service.free_username(name), "first_name": first, "last_name": last, "email": email}
    form = JsonSignUpForm(typed | {"currency": currency, "password1": password, "password2": password})
    if form.is_valid():
        return form
    field, errors = next(iter(form.errors.as_data().items()))
    if field == "email" and not errors[0].code:  # the form's own check; Django's for what is no address has a code
        raise EmailTaken
    raise FieldWrong(field.removesuffix("1"), " ".join(map(str, form.errors[field])))


def _authenticated(request: HttpRequest, email: object, password: object) -> User:
    """Raises PasswordWrong, TooManyTries."""
    if not isinstance(email, str) or not isinstance(password, str):
        raise PasswordWrong
    try:
        user = get_adapter().authenticate(request, username=email, password=password)
    except ValidationError as error:
        if isinstance(error.__cause__, TooManyTries):
            raise error.__cause__ from None
        raise PasswordWrong from error
    if not isinstance(user, User) or not user.is_active:  # allauth's backend lets inactive people through
        raise PasswordWrong
    return user


def _reference(body: dict[str, Any], bank: Bank) -> str:
    """The bank's reference; "" where it came without one and may. Raises ReferenceMissing, FieldWrong."""
    value = body.get("reference")
    if value is None and not bank.needs_reference:
        return ""
    if value is None or value == "":
        raise ReferenceMissing
    if not isinstance(value, str) or not REFERENCE.fullmatch(value):
        raise FieldWrong("reference", "reference wrong")
    return str(value)


def _details(body: dict[str, Any]) -> str:
    value = body.get("details")
    return plain(value) if isinstance(value, str) else ""


def _keep(keep: Keep, operation: int, wallet: Wallet, balance: float | str) -> None:
    """Stores the answer to a call that moved money, in its transaction: the caller's side."""
    keep(200, {"status": "OK", "operation_id": operation, "wallet_id": wallet.pk, "balance": balance})
