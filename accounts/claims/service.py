"""Cards: staff print one with a code and a PIN, and with it the person chooses the password of the account, once.

Until then nobody can sign in. Neither code nor PIN can be read again: both are stored as hashes under PIN_PEPPER. Who
has the newest card has the account, so staff who print one could claim it themselves. The person finds each card among
their notifications, with the name of who printed it.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.people.addresses import count_as_confirmed
from accounts.people.errors import OwnAccount
from accounts.people.models import User
from accounts.people.roles import ADMINISTRATORS
from accounts.people.standing import require_may_move
from accounts.pins import pin as pins
from conversion.errors import NotFound
from events.notices import tell

from .errors import AddressTaken, AlreadyClaimed, CardRefused, CardReplaced
from .kinds import CLAIMED, MADE, PRINTED
from .models import Claim

# Crockford's: without I, L, O and U. Twelve of these have 60 random bits, and the hash has a pepper.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 12, 4
READ_AS = str.maketrans("OIL", "011", "- ")


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed on a card, and shown this once. `code` is in groups: K7QM-2XPA-9RTE."""

    user: User
    pin: str
    code: str


def begin(user: User, *, by: User, pin: str, reference: UUID) -> Card:
    """Makes the first card of a new account, which has this PIN and no password. Call it as the account is stored.

    Raises AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=ADMINISTRATORS)
    code = _new_code()
    Claim.objects.create(user=user, code_hash=_hashed(code), printed_by=by, reference=reference)
    tell(user.pk, MADE, actor=by.pk)
    return Card(user, pin, code)


def account_of(reference: UUID) -> User | None:
    """The account that was made under this reference."""
    claim = Claim.objects.select_related("user").filter(reference=reference).first()
    return claim.user if claim else None


def print_anew(reference: UUID, *, by: User, replaces: dt.datetime) -> Card:
    """Makes another card for an account that nobody has claimed, with a new PIN. The card before it ends.

    `replaces` is when that was printed: a form that is sent twice, as by a reload, prints once.
    Raises NotFound, OwnAccount, AccountFrozen, RoleMissing, AlreadyClaimed, CardReplaced.
    """
    with transaction.atomic():
        claim = Claim.objects.select_for_update().filter(reference=reference).first()
        if claim is None:
            raise NotFound
        if claim.user_id == by.pk:
            raise OwnAccount
        user = User.objects.select_for_update(no_key=True).get(pk=claim.user_id)
        require_may_move(by.pk, roles=ADMINISTRATORS)
        if claim.claimed_at or user.has_usable_password():
            raise AlreadyClaimed
        if claim.printed_at != replaces:
            raise CardReplaced
        code = _new_code()
        claim.code_hash, claim.printed_by, claim.printed_at = _hashed(code), by, timezone.now()
        claim.save()
        pin = user.issue_pin()
        tell(user.pk, PRINTED, actor=by.pk)
    return Card(user, pin, code)


def claim(*, username: str, code: str, pin: str, password: str, email: str = "") -> User:
    """Gives the account its password, and the address if there is one: it is confirmed later, as always.

    The caller counts the tries. The PIN is compared only with the right code, so nobody without the card can lock it.
    Call it outside of any transaction. Raises CardRefused, PinWrong, PinLocked, AddressTaken.
    """
    found = Claim.objects.filter(user__username__iexact=username, user__is_active=True).first()
    if found is None or not _matches(found.code_hash, code):
        raise CardRefused
    pins.verify(found.user_id, pin)
    try:
        with transaction.atomic():
            return _claimed(found, password, email)
    except IntegrityError as error:  # an address that counts at once, as in a demo
        raise AddressTaken from error


def _claimed(found: Claim, password: str, email: str) -> User:
    """Uses the claim up. Of two who claim at once, or claim and print anew, the first decides. Raises CardRefused."""
    used = Claim.objects.filter(pk=found.pk, code_hash=found.code_hash).update(claimed_at=Now(), code_hash="")
    user = User.objects.select_for_update(no_key=True).get(pk=found.user_id)
    if not used or user.has_usable_password():  # perhaps set by a letter that an administrator had sent
        raise CardRefused
    user.set_password(password)
    user.save()
    if email:
        counts = count_as_confirmed()
        # An account that was imported may have the same address already, which nobody has confirmed.
        EmailAddress.objects.get_or_create(
            user=user, email=email.lower(), defaults={"primary": counts, "verified": counts}
        )
    tell(user.pk, CLAIMED, actor=user.pk)
    return user


def _new_code() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _hashed(code: str) -> str:
    return pins.hashed(_plain(code), salt=pins.new_salt())


def _matches(stored: str, code: str) -> bool:
    salt = stored.partition("$")[0]
    return bool(salt) and hmac.compare_digest(stored, pins.hashed(_plain(code), salt=salt))


def _plain(code: str) -> str:
    """The letters alone, as they were meant: O, I and L are not in the alphabet, and look like digits."""
    return code.upper().translate(READ_AS)
