"""What programs hear of orders: those of the buyer, and those of the merchant who sold it, such as a kitchen's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.types import EventType, Happening, Telling

from . import queries
from .models import Order
from .schemas import Sale, ShopOrder


def _types(step: str, bought: str | Promise, sold: str | Promise) -> tuple[EventType, EventType]:
    """What the buyer is told of a step, and what the seller is told."""
    example = {"status": step}
    return EventType(f"order.{step}", bought, ShopOrder, example), EventType(f"sale.{step}", sold, Sale, example)


TYPES = [
    # A one-tap purchase is collected at once, and told as paid.
    _types("paid", _("You bought something"), _("Somebody bought something of yours")),
    _types("ready", _("Your order is ready"), _("An order of yours was made ready")),
    _types("collected", _("Your order was collected"), _("A buyer has collected an order")),
    _types("undone", _("Your purchase was undone"), _("A purchase of something of yours was undone")),
    _types("refunded", _("A part or all of your order was refunded"), _("A part or all of a sale was refunded")),
]


def _tell(bought: EventType, sold: EventType, events: Sequence[Event]) -> Iterator[Telling]:
    references = [event.subject for event in events]
    found = queries.with_details(Order.objects.all()).in_bulk(references, field_name="reference")
    for event in events:
        order = found[event.subject]
        for user in event.users:
            if user == order.seller_wallet.owner_id:
                yield Telling(event, user, sold, Sale.of(order))
            else:
                yield Telling(event, user, bought, ShopOrder.of(order))


HAPPENINGS = [Happening(bought.code, (bought, sold), partial(_tell, bought, sold)) for bought, sold in TYPES]
