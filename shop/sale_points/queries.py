from __future__ import annotations

from conversion.money import Money
from ledger.exchange import converted

from .models import SalePoint


def members_sale_point() -> SalePoint | None:
    """Where members buy on their own pages; None if there is none, or it is closed."""
    return SalePoint.objects.filter(kind=SalePoint.Kind.WEB, is_open=True).order_by("pk").first()


def asks_pin(sale_point: SalePoint, paid: Money) -> bool:
    """Whether a purchase of this amount needs the PIN at this sale point. Raises ConversionDown."""
    if sale_point.pin != SalePoint.Pin.ABOVE:
        return sale_point.pin == SalePoint.Pin.ALWAYS
    limit = sale_point.no_pin_up_to
    in_its_currency = paid if paid.currency == limit.currency else converted(paid, to=limit.currency).target
    return in_its_currency > limit
