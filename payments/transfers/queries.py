"""Queries for the transfers and quotes that a user may see, and for recent payees."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from api.models import Answer
from conversion.errors import NotFound
from ledger.models import Entry, Transfer, Wallet
from ledger.prepared import PreparedModels

from .kinds import PAYMENT
from .models import Quote

_OWN_QUOTE = PreparedModels("own_quote", Quote, "WHERE maker_id = $1 AND reference = $2")
_TWO_WALLETS = PreparedModels("two_wallets", Wallet, "WHERE id IN ($1, $2)")


def transfers_of(user: User) -> QuerySet[Transfer]:
    """Returns the transfers that the user paid, received or made."""
    return Transfer.objects.filter(Q(source__owner=user) | Q(target__owner=user) | Q(made_by=user)).select_related(
        "source__owner", "target__owner", "made_by", "reverses", "refunds", "hold"
    )


def transfer_for(user: User, reference: UUID) -> Transfer:
    """Returns a transfer that the user paid, received or made. Only its maker sees a declined one. Raises NotFound."""
    transfer = transfers_of(user).filter(reference=reference).first()
    if transfer is None or not (transfer.is_booked or transfer.made_by_id == user.pk):
        raise NotFound
    return transfer


def transfers_in_order(user: User, ids: list[int]) -> list[Transfer]:
    """Returns these transfers of the user's in the order of the ids."""
    of_id = transfers_of(user).in_bulk(ids)
    return [of_id[number] for number in ids]


def transfer_under(user: User, key: UUID) -> Transfer | None:
    """Returns the transfer that the user made under this key, a declined one as well.

    A quoted transfer has the key of its quote, and is found by the key under which it was sent, too.
    """
    quote = Answer.objects.filter(maker=user, key=key).values_list("asked__quote", flat=True).first()
    if quote:
        key = Quote.objects.values_list("key", flat=True).get(maker=user, reference=quote)
    return transfers_of(user).filter(made_by=user, key=key).first()


def quote_for(user: User, reference: UUID) -> Quote:
    """Returns the user's own quote, with its people, wallets and payment request. Raises NotFound."""
    quotes = Quote.objects.select_related("source__owner", "target__owner", "maker", "payment_request__wallet")
    try:
        return quotes.get(maker=user, reference=reference)
    except Quote.DoesNotExist as error:
        raise NotFound from error


def quote_to_confirm(user: User, reference: UUID) -> Quote:
    """Returns the user's own quote with its two wallets only, which is all that booking needs. Raises NotFound."""
    for quote in _OWN_QUOTE.all(user.pk, reference):
        of_id = {wallet.pk: wallet for wallet in _TWO_WALLETS.all(quote.source_id, quote.target_id)}
        quote.source, quote.target = of_id[quote.source_id], of_id[quote.target_id]
        return quote
    raise NotFound


def recent_contacts(wallet: Wallet, limit: int = 8) -> list[str]:
    """Returns the usernames that the wallet paid, the latest first, from its newest hundred numbered entries."""
    entries = Entry.objects.filter(wallet=wallet, seq__isnull=False).order_by("-seq")
    fields = "transfer__kind", "transfer__target_id", "transfer__target__owner__username"
    sent = [
        username
        for kind, target, username in entries.values_list(*fields)[:100]
        if kind == PAYMENT and target != wallet.pk
    ]
    return list(dict.fromkeys(sent))[:limit]
