"""Registering new people, with wallet, opening grant and PIN."""

from __future__ import annotations

import datetime as dt
import logging

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.pins import pin as pins
from conversion.errors import PaymentError
from ledger.transactions import constraint_of

from . import opening

log = logging.getLogger(__name__)

GRACE = dt.timedelta(minutes=1)  # a registration in progress opens its wallet itself


class NameTaken(Exception):
    """Another person registered this name or address first. `field` is "username" or "email".

    "username" also stands for a username that looks like an existing one.
    """

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


def register(
    *,
    username: str,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    currency: str,
    role: str = User.Role.MEMBER,
    is_confirmed: bool = False,
    with_grant: bool = True,
) -> tuple[User, str]:
    """Registers a person and returns the user and the PIN in clear text, which must be shown once.

    The user is registered as soon as the row is stored. If the wallet cannot be opened at that moment, the worker opens
    it later (`jobs.py`). `is_confirmed`: the e-mail address needs no confirmation. Raises NameTaken, ServiceDown.
    """
    # Asks the outside services first, so that a ServiceDown creates nothing.
    grant = _grant(role, currency) if with_grant else opening.NO_GRANT
    user = User(
        username=username, first_name=first_name, last_name=last_name, email=email.lower(), currency=currency, role=role
    )
    pin = _give_secrets(user, password)
    _store(user, is_confirmed=is_confirmed)
    try:
        _open_wallet(user, grant)
    except PaymentError:  # the user is stored already, so registration succeeds and the worker tries again
        log.warning("the wallet of user %s is opened later", user.pk, exc_info=True)
    return user, pin


def register_nobody(*, password: str, currency: str, **_: str) -> str:
    """Does all of `register` that can be noticed from outside, for an address that is taken. Returns a PIN of nobody.

    Raises ServiceDown.
    """
    _grant(User.Role.MEMBER, currency)
    return _give_secrets(User(), password)  # hashing takes most of the time of a registration


def _give_secrets(user: User, password: str) -> str:
    """Sets the password and a new PIN, which is returned in clear text. The caller saves the user."""
    pin = pins.new_pin()
    user.prepare_pin(pin)
    user.set_password(password)
    return pin


def _store(user: User, *, is_confirmed: bool) -> None:
    """Stores the user with the e-mail address. Raises NameTaken."""
    try:
        with transaction.atomic():
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=is_confirmed)
    except IntegrityError as error:  # the form checked before, but only the constraint decides who was first
        constraint = constraint_of(error) or ""
        if "email" in constraint:
            raise NameTaken("email") from error
        if "username" in constraint:
            raise NameTaken("username") from error
        raise


def open_missing_wallets() -> int:
    """Opens the wallets of users whose registration was interrupted. Returns how many users there were."""
    grown_up = User.objects.filter(date_joined__lt=timezone.now() - GRACE)
    without = grown_up.exclude(wallets__purpose__in=("member", "merchant"))
    for user in without:
        _open_wallet(user, _grant(user.role, user.currency))
    return len(without)


def _grant(role: str, currency: str) -> opening.Grant:
    """Returns the opening grant for this role; merchants get none. Raises ServiceDown."""
    return opening.NO_GRANT if role == User.Role.MERCHANT else opening.prepare_grant(currency)


def _open_wallet(user: User, grant: opening.Grant) -> None:
    is_merchant = user.role == User.Role.MERCHANT
    opening.open_wallet(owner=user, currency=user.currency, grant=grant, for_merchant=is_merchant)
