"""Printing the cards of imported accounts, many on one page. A card that was shown is not shown again."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from accounts.claims import service as claims
from accounts.claims.errors import AlreadyClaimed
from accounts.claims.models import Claim
from accounts.models import User

from . import queries
from .models import Import, ImportRow
from .service import locked

ON_A_PAGE = 20


def print_next(*, by: User, found: Import) -> list[claims.Card]:
    """New cards, with new PINs, for the next accounts of the import that had none; at most ON_A_PAGE.

    Of two who print at once, the second waits and gets the cards after those. If the page is lost, *Guests* prints a
    single card anew. Raises AccountFrozen, RoleMissing.
    """
    cards = []
    with transaction.atomic():
        locked(found.pk)
        rows = list(queries.without_card(found)[:ON_A_PAGE])
        waiting = Claim.objects.in_bulk([row.target_id for row in rows], field_name="user_id")
        for row in rows:
            claim = waiting[row.target_id]
            try:
                cards.append(claims.print_anew(claim.reference, by=by, replaces=claim.printed_at))
            except AlreadyClaimed:
                continue  # since the query
        ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(card_printed_at=Now())
    return cards
