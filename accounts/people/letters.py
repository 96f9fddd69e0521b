"""The limits on letters that somebody causes by typing an address: to reset a password, and to confirm an address.

They are limited by who causes them, and by the address, whoever causes them: three at once, and then one in ten
minutes. So nobody's mailbox is flooded. Letters that tell what has happened to an account have no limit: each needs a
proof, such as the password.
"""

from __future__ import annotations

from django.http import HttpRequest

from web.limits import Limit, origin_of, take_all

RESETS_FROM = Limit("reset letters from", 20, 60)  # a club's members share an address
RESETS_TO = Limit("reset letters to", 3, 600)
CONFIRMATIONS_FROM = Limit("confirmation letters from", 20, 60)
CONFIRMATIONS_BY = Limit("confirmation letters by", 5, 600)
CONFIRMATIONS_TO = Limit("confirmation letters to", 3, 600)


def count_reset(request: HttpRequest, address: str) -> None:
    """Counts a letter to reset a password, whether or not somebody has the address. Raises TooManyTries."""
    take_all((RESETS_FROM, origin_of(request)), (RESETS_TO, address.lower()))


def count_confirmation(request: HttpRequest, address: str) -> None:
    """Counts a letter to confirm an address. Raises TooManyTries."""
    who = (
        (CONFIRMATIONS_BY, request.user.pk)
        if request.user.is_authenticated
        else (CONFIRMATIONS_FROM, origin_of(request))
    )
    take_all(who, (CONFIRMATIONS_TO, address.lower()))
