"""What programs hear of orders: those of the buyer, and those of the merchant who sold it, such as a kitchen's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.types import EventType, Happening, Telling

from . import queries
from .models import Order
from .schemas import Sale, ShopOrder

# By the steps of an order: what its buyer is told, and what its seller is told. A one-tap purchase is collected at
# once, and told as paid.
TYPES = {
    "paid": (
        EventType("order.paid", _("You bought something"), ShopOrder, {"status": "paid"}),
        EventType("sale.paid", _("Somebody bought something of yours"), Sale, {"status": "paid"}),
    ),
    "ready": (
        EventType("order.ready", _("Your order is ready"), ShopOrder, {"status": "ready"}),
        EventType("sale.ready", _("An order of yours was made ready"), Sale, {"status": "ready"}),
    ),
    "collected": (
        EventType("order.collected", _("Your order was collected"), ShopOrder, {"status": "collected"}),
        EventType("sale.collected", _("A buyer has collected an order"), Sale, {"status": "collected"}),
    ),
    "undone": (
        EventType("order.undone", _("Your purchase was undone"), ShopOrder, {"status": "undone"}),
        EventType("sale.undone", _("A purchase of something of yours was undone"), Sale, {"status": "undone"}),
    ),
    "refunded": (
        EventType("order.refunded", _("A part or all of your order was refunded"), ShopOrder, {"status": "refunded"}),
        EventType("sale.refunded", _("A part or all of a sale was refunded"), Sale, {"status": "refunded"}),
    ),
}


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


HAPPENINGS = [Happening(f"order.{step}", types, partial(_tell, *types)) for step, types in TYPES.items()]
