"""Registering people."""

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

GRACE = dt.timedelta(minutes=1)  # a registration under way opens its wallet itself


class NameTaken(Exception):
    """Somebody registered it in the meantime. `field` is "username" (or one that looks like it) or "email"."""

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
) -> tuple[User, str]:
    """The new user, with an open wallet, and their PIN in clear: to be shown once.

    Conversion and clock are asked first, so a ServiceDown creates nothing. Once the user is stored they are
    registered: if their wallet cannot be opened at this moment, the worker does it (`jobs.py`).
    Raises NameTaken, ServiceDown.
    """
    grant = _grant(role, currency)
    user = User(
        username=username, first_name=first_name, last_name=last_name, email=email.lower(), currency=currency, role=role
    )
    pin = pins.new_pin()
    user.prepare_pin(pin)
    user.set_password(password)
    _store(user)
    try:
        _open_wallet(user, grant)
    except PaymentError:
        log.warning("the wallet of user %s is opened later", user.pk, exc_info=True)
    return user, pin


def _store(user: User) -> None:
    """Raises NameTaken."""
    try:
        with transaction.atomic():
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    except IntegrityError as error:
        constraint = constraint_of(error) or ""
        if "email" in constraint:
            raise NameTaken("email") from error
        if "username" in constraint:
            raise NameTaken("username") from error
        raise


def open_missing_wallets() -> int:
    """For users whose registration was cut short; how many there were."""
    grown_up = User.objects.filter(date_joined__lt=timezone.now() - GRACE)
    without = grown_up.exclude(wallets__purpose__in=("member", "merchant"))
    for user in without:
        _open_wallet(user, _grant(user.role, user.currency))
    return len(without)


def _grant(role: str, currency: str) -> opening.Grant:
    """A merchant begins with nothing. Raises ServiceDown."""
    return opening.NO_GRANT if role == User.Role.MERCHANT else opening.prepare_grant(currency)


def _open_wallet(user: User, grant: opening.Grant) -> None:
    is_merchant = user.role == User.Role.MERCHANT
    opening.open_wallet(owner=user, currency=user.currency, grant=grant, for_merchant=is_merchant)
