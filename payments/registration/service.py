"""Registering new people, with wallet, opening grant and PIN."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.claims import service as claims
from accounts.models import User
from accounts.people import addresses
from accounts.people.roles import ADMINISTRATORS
from accounts.people.service import announce_role
from accounts.people.standing import require_may_move
from accounts.pins import pin as pins
from conversion.errors import PaymentError
from ledger.transactions import constraint_of
from ledger.wallets import create_wallet

from . import invitations, opening
from .errors import CardMade
from .models import Application

log = logging.getLogger(__name__)

GRACE = dt.timedelta(minutes=1)  # a registration in progress opens its wallet itself


class NameTaken(Exception):
    """Another person registered this name first, or has confirmed this address. `field` is "username" or "email".

    "username" also stands for a username that looks like an existing one. "email" is raised only where the address
    needs no confirmation; otherwise several accounts may have typed it.
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
    invitation: str = "",
    given_by: User | None = None,
) -> tuple[User, str]:
    """Registers a person and returns the user and the PIN in clear text, which must be shown once.

    The user is registered as soon as the row is stored. If the wallet cannot be opened at that moment, the worker opens
    it later (`jobs.py`). `is_confirmed`: the e-mail address needs no confirmation. `invitation` is the secret of one,
    which is used up. `given_by` is the administrator who gives the role. Raises NameTaken, InvitationInvalid,
    AccountFrozen, RoleMissing, ServiceDown.
    """
    # Asks the outside services first, so that a ServiceDown creates nothing.
    grant = grant_for(role, currency) if with_grant else opening.NO_GRANT
    user = User(username=username, first_name=first_name, last_name=last_name, currency=currency, role=role)
    pin = _give_secrets(user, password)
    user.role_given_by = given_by
    with _stored(user, email, is_confirmed=is_confirmed):
        if invitation:
            invitations.use(invitation, user=user)
        if given_by is not None:
            require_may_move(given_by.pk, roles=ADMINISTRATORS)
            announce_role(user, by=given_by.pk)
    open_now_or_later(user, grant)
    return user, pin


def register_bank(*, username: str, name: str, email: str, password: str, currency: str) -> User:
    """Registers the account of a bank. It has no PIN, no wallet of its own and no grant. Raises NameTaken."""
    user = User(username=username, first_name=name, currency=currency, role=User.Role.BANK)
    user.set_password(password)
    with _stored(user, email, is_confirmed=True):
        return user


def apply(
    *, username: str, first_name: str, last_name: str, email: str, password: str, currency: str
) -> tuple[User, str]:
    """As `register`, for a person whom an administrator has yet to approve (`approvals.py`).

    Until then the account is inactive and has no wallet, so that it can neither sign in nor receive money, by the rule
    for all inactive accounts. Raises NameTaken.
    """
    user = User(username=username, first_name=first_name, last_name=last_name, currency=currency, is_active=False)
    pin = _give_secrets(user, password)
    with _stored(user, email, is_confirmed=False):
        Application.objects.create(user=user)
    return user, pin


def register_with_card(
    *, by: User, key: UUID, username: str, first_name: str, last_name: str, currency: str
) -> claims.Card:
    """Registers a member who has no e-mail address and no password, and returns the card with which to claim both.

    Only administrators may, as they alone let people in elsewhere: where there is an opening grant, a new account is
    money. One `key` makes one account. Raises NameTaken, CardMade, AccountFrozen, RoleMissing, ServiceDown.
    """
    grant = grant_for(User.Role.MEMBER, currency)
    user = User(username=username, first_name=first_name, last_name=last_name, currency=currency)
    user.set_unusable_password()
    pin = pins.new_pin()
    user.prepare_pin(pin)
    with _stored(user):
        card = claims.begin(user, by=by, pin=pin, reference=key)
    open_now_or_later(user, grant)
    return card


def register_from_import(
    *, by: User, key: UUID, username: str, first_name: str, last_name: str, email: str, currency: str
) -> User:
    """Registers a member who comes from another system. The card with which to claim the account is printed later.

    The address counts once the member has confirmed it. The wallet is opened in the same transaction, so that nobody
    gives it an opening grant later. One `key` makes one account: a second call returns it. Raises NameTaken,
    AccountFrozen, RoleMissing.
    """
    if known := claims.account_of(key):
        return known
    user = User(username=username, first_name=first_name, last_name=last_name, currency=currency)
    user.set_unusable_password()
    pin = pins.new_pin()
    user.prepare_pin(pin)
    try:
        with _stored(user, email):
            claims.begin(user, by=by, pin=pin, reference=key)
            create_wallet(owner=user.pk, currency=currency)
    except CardMade:  # another process was faster
        user = claims.account_of(key) or user
    return user


def _give_secrets(user: User, password: str) -> str:
    """Sets the password and a new PIN, which is returned in clear text. The caller saves the user."""
    pin = pins.new_pin()
    user.prepare_pin(pin)
    user.set_password(password)
    return pin


@contextmanager
def _stored(user: User, email: str = "", *, is_confirmed: bool = False) -> Iterator[None]:
    """Stores the user with the e-mail address, and what the block writes, in one transaction.

    Raises NameTaken, CardMade.
    """
    try:
        with transaction.atomic():
            user.save()
            if email:
                addresses.give(user, email, is_confirmed=is_confirmed or addresses.count_as_confirmed())
            yield
        user.refresh_from_db(fields=["email"])  # written by the database
    except IntegrityError as error:  # the form checked before, but only the constraint decides who was first
        constraint = constraint_of(error) or ""
        if "email" in constraint:
            raise NameTaken("email") from error
        if "username" in constraint:
            raise NameTaken("username") from error
        if "claim_reference" in constraint:
            raise CardMade from error
        raise


def open_now_or_later(user: User, grant: opening.Grant) -> None:
    try:
        open_wallet_of(user, grant)
    except PaymentError:  # the user is stored already, so registration succeeds and the worker tries again
        log.warning("the wallet of user %s is opened later", user.pk, exc_info=True)


def open_missing_wallets() -> int:
    """Opens the wallets of users whose registration was interrupted. Returns how many users there were."""
    grown_up = User.objects.filter(is_active=True, date_joined__lt=timezone.now() - GRACE)
    without = grown_up.exclude(role=User.Role.BANK).exclude(wallets__purpose__in=("member", "merchant"))
    for user in without:
        open_wallet_of(user, grant_for(user.role, user.currency))
    return len(without)


def grant_for(role: str, currency: str) -> opening.Grant:
    """Returns the opening grant for this role; merchants get none. Raises ServiceDown."""
    return opening.NO_GRANT if role == User.Role.MERCHANT else opening.prepare_grant(currency)


def open_wallet_of(user: User, grant: opening.Grant) -> None:
    is_merchant = user.role == User.Role.MERCHANT
    opening.open_wallet(owner=user, currency=user.currency, grant=grant, for_merchant=is_merchant)
