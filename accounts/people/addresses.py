"""E-mail addresses: an address is a person's once they have confirmed it, and until then it is nothing but a wish.

Several accounts may have typed the same address. The first that confirms it has it alone: two unique constraints hold
that. `User.email` is the confirmed address, or "". A trigger writes it (`sql/addresses.sql`), and nothing else does, so
whatever finds a person by `User.email` finds the person who reads what is sent there.
"""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower

from .models import User


def count_as_confirmed() -> bool:
    """Whether nobody is asked to confirm an address here (EMAIL_VERIFICATION=none, as in a demo)."""
    return bool(settings.ACCOUNT_EMAIL_VERIFICATION == "none")


def owner_of(address: str) -> User | None:
    """Returns the person who has confirmed this address, in upper or lower case."""
    # Python's `lower` makes a plain k of the Kelvin sign, and so one address of another.
    wanted = address.lower() if address.isascii() else address
    return User.objects.alias(lower=Lower("email")).filter(lower=wanted).exclude(email="").first()


def person_with(login: str) -> User | None:
    """Returns the person with this username or confirmed address. No username contains an @."""
    return owner_of(login) if "@" in login else User.objects.filter(username__iexact=login).first()


def is_anothers(address: EmailAddress) -> bool:
    """Whether another account has confirmed the same address. Then this one can never be confirmed."""
    return not address.verified and EmailAddress.objects.filter(email=address.email, verified=True).exists()


def with_typed(people: Iterable[User]) -> list[User]:
    """Returns these people, each with `typed_address`: the confirmed address, else the one that was typed, else ""."""
    people = list(people)
    known = EmailAddress.objects.filter(user__in=people).order_by("verified", "primary", "pk")
    typed = {address.user_id: address.email for address in known}  # the last one counts: the confirmed before others
    for person in people:
        person.typed_address = typed.get(person.pk, "")
    return people


def typed_by(person: User) -> str:
    """Returns the address that this person typed, confirmed or not; "" for none."""
    return with_typed([person])[0].typed_address


def give(person: User, address: str, *, is_confirmed: bool) -> EmailAddress:
    """Stores the first address of a new account. Raises IntegrityError where it is confirmed and another has it."""
    return EmailAddress.objects.create(user=person, email=address.lower(), primary=True, verified=is_confirmed)


@transaction.atomic
def replace_unconfirmed(person: User, address: str) -> EmailAddress | None:
    """Replaces the address of a person who has confirmed none. Returns the new one, or None if one is confirmed."""
    if User.objects.select_for_update(no_key=True).get(pk=person.pk).email:
        return None
    EmailAddress.objects.filter(user=person).delete()
    return give(person, address, is_confirmed=False)
