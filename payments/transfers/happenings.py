"""What programs hear of transfers, whatever made them: a page, the JSON API, the worker or a cashier."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from api.labels import labels_by_owner
from events.models import Event
from events.types import EventType, Happening, Telling
from ledger import models as ledger
from ledger.reads import what_followed

from .schemas import TransferNow

# Of the documented examples: a plain payment, what undoes one, and a refund of one.
PLAIN = {"kind": "payment", "reverses": None, "refunds": None, "hold": None}
UNDOES = {"kind": "reversal", "refunds": None, "hold": None}
GIVES_BACK = {"kind": "refund", "reverses": None, "hold": None}
SENT = EventType("transfer.sent", _("Money left your wallet"), TransferNow, PLAIN)
RECEIVED = EventType("transfer.received", _("Money reached your wallet"), TransferNow, PLAIN)
REVERSED = EventType(
    "transfer.reversed", _("A transfer was undone; this is the one that undoes it"), TransferNow, UNDOES
)
REFUNDED = EventType("transfer.refunded", _("A part or all of a payment was given back"), TransferNow, GIVES_BACK)


def _tell(events: Sequence[Event]) -> Iterator[Telling]:
    transfers = ledger.Transfer.objects.select_related("reverses", "refunds", "hold").in_bulk(
        [event.subject for event in events], field_name="reference"
    )
    _read_wallets(transfers.values())
    followed = what_followed(transfers.values())
    labels = labels_by_owner([(user, event.subject) for event in events for user in event.users])
    for event in events:
        transfer = transfers[event.subject]
        plain = TransferNow.after(transfer, *followed[transfer.pk])
        for user in event.users:
            label = labels.get((user, event.subject))
            data = TransferNow.after(transfer, *followed[transfer.pk], label=label) if label else plain
            yield Telling(event, user, _type(transfer, user), data)


def _read_wallets(transfers: Collection[ledger.Transfer]) -> None:
    """Sets the wallets of all transfers. A wallet that paid many people is one object, with what documents show."""
    shown = "purpose", "currency_code", "owner__username", "owner__first_name", "owner__last_name"
    wallets = ledger.Wallet.objects.select_related("owner").only(*shown)
    found = wallets.in_bulk({wallet for each in transfers for wallet in (each.source_id, each.target_id)})
    for transfer in transfers:
        transfer.source, transfer.target = found[transfer.source_id], found[transfer.target_id]


def _type(transfer: ledger.Transfer, user: int) -> EventType:
    if transfer.reverses_id is not None:
        return REVERSED
    if transfer.refunds_id is not None:
        return REFUNDED
    return SENT if transfer.source.owner_id == user else RECEIVED


HAPPENINGS = [Happening("transfer.booked", (SENT, RECEIVED, REVERSED, REFUNDED), _tell)]
