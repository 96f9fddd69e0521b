"""Registering people."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from payments.services import wallets

from .models import User


class NameTaken(Exception):
    """Somebody registered this username, one that looks like it, or this e-mail address in the meantime."""


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

    Conversion and clock are asked first, so a ServiceDown creates nothing. If the process dies between the user and the
    wallet, the worker finishes (`accounts.chores`). Raises NameTaken, ServiceDown.
    """
    grant = wallets.prepare_grant(currency)
    user = User(
        username=username, first_name=first_name, last_name=last_name, email=email, currency=currency, role=role
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise NameTaken from error
    pin = user.issue_pin()
    wallets.open_wallet(owner=user, currency=currency, grant=grant)
    return user, pin


def open_missing_wallets() -> int:
    """For users whose registration was cut short; how many there were."""
    without = User.objects.exclude(wallets__purpose="member")
    for user in without:
        wallets.open_wallet(owner=user, currency=user.currency, grant=wallets.prepare_grant(user.currency))
    return len(without)
