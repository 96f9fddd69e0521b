"""What an administrator does to another person's account. The person is told of each act, and who did it.

Nobody does this to their own account. So an administrator who is frozen, or loses the role, cannot take that back, and
at least one administrator is always left.
"""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.db import transaction

from events.kinds import NoticeKind
from events.notices import tell

from . import addresses
from .errors import AddressIsTheirs, NoAddress, OwnAccount, RoleIsFixed
from .kinds import (
    ADDRESS_CHANGED,
    DEACTIVATED,
    FROZEN,
    REACTIVATED,
    RENAMED,
    RESET_SENT,
    ROLE_CHANGED,
    ROLE_GIVEN,
    UNFROZEN,
)
from .models import User
from .roles import ADMINISTRATORS, STAFF, TREASURY
from .standing import require_may_move


def save_as_administrator(*, by: User, person: User) -> None:
    """Saves what was changed of `person` since they were read.

    `person.email` is the address as typed. A new one must be confirmed by its owner. Raises OwnAccount, AccountFrozen,
    RoleMissing, RoleIsFixed for a bank, and AddressIsTheirs where the person has signed in before.
    """
    with transaction.atomic():
        stored = _locked(by, person)
        changed = set(person.changed())
        typed, person.email = person.email.lower(), stored.email
        if "email" in changed and typed == addresses.typed_by(stored):
            changed.remove("email")  # the form shows also an address that is not confirmed
        # A bank has clearing wallets and neither PIN nor wallet of its own; everybody else has it the other way round.
        if "role" in changed and User.Role.BANK in (stored.role, person.role):
            raise RoleIsFixed
        if "email" in changed:
            if not can_correct_address(stored):
                raise AddressIsTheirs
            _correct_address(person, typed)
        if "role" in changed:
            person.role_given_by = by
        person.save()
        if "role" in changed:
            announce_role(person, by=by.pk)
        for kind in _kinds(person, changed):
            tell(person.pk, kind, actor=by.pk)


def announce_reset(*, by: User, person: User) -> str:
    """Tells the person that a link to set a new password is sent to their address; nobody else learns the password.

    Returns the address, to which the caller sends it: the confirmed one. A person who has never signed in has not had
    the time to confirm one; there it is the one that was typed. Raises OwnAccount, AccountFrozen, RoleMissing,
    NoAddress.
    """
    with transaction.atomic():
        stored = _locked(by, person)
        address = stored.email or (addresses.typed_by(stored) if can_correct_address(stored) else "")
        if not address:
            raise NoAddress
        tell(person.pk, RESET_SENT, actor=by.pk)
    return address


def announce_role(person: User, *, by: int | None) -> None:
    """Tells all administrators and treasurers that `person` has a role of staff now. `by` is None at the terminal.

    Call it in the transaction that stores the role.
    """
    if person.role not in STAFF:
        return
    for colleague in User.objects.filter(role__in=TREASURY, is_active=True).exclude(pk__in=[person.pk, by or 0]):
        tell(colleague.pk, ROLE_GIVEN, actor=by)


def can_correct_address(person: User) -> bool:
    """Whether an administrator may change the address: a reset of the password goes there.

    So it is possible only until the person has signed in for the first time. Otherwise an administrator could enter an
    address of their own, and with it the account.
    """
    return person.last_login is None


def _correct_address(person: User, typed: str) -> None:
    EmailAddress.objects.filter(user=person).delete()
    if typed:
        addresses.give(person, typed, is_confirmed=False)
    person.email = ""  # as the trigger has stored it


def _locked(by: User, person: User) -> User:
    """The person as stored now. Both rows are locked, so that two administrators cannot freeze each other at once.

    Raises OwnAccount, AccountFrozen, RoleMissing.
    """
    if by.pk == person.pk:
        raise OwnAccount
    both = User.objects.select_for_update(no_key=True).filter(pk__in=[by.pk, person.pk]).order_by("pk")
    stored = {each.pk: each for each in both}
    require_may_move(by.pk, roles=ADMINISTRATORS)
    return stored[person.pk]


def _kinds(person: User, changed: set[str]) -> Iterator[NoticeKind]:
    if "frozen" in changed:
        yield FROZEN if person.frozen else UNFROZEN
    if "is_active" in changed:
        yield REACTIVATED if person.is_active else DEACTIVATED
    if "role" in changed:
        yield ROLE_CHANGED
    if changed & {"username", "first_name", "last_name"}:
        yield RENAMED
    if "email" in changed:
        yield ADDRESS_CHANGED
