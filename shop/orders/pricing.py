"""What a purchase would cost now: a part for each seller, with the deposits that its products bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conversion.money import Money
from ledger.exchange import cost_of
from ledger.models import Wallet
from shop.products.models import Variant
from shop.products.queries import Price, prices, sellers
from shop.sale_points.models import SalePoint

from .errors import NotSold, OwnGoods, TooManyOfOne

MOST = 99  # of one variant in an order


@dataclass(frozen=True, slots=True)
class Wanted:
    variant: Variant
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as the page that confirms it shows it, in the seller's currency."""

    title: str
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class Part:
    """What is bought of one seller: the lines with their prices, and both sides' amounts."""

    seller: Wallet
    lines: tuple[tuple[Price, int], ...]
    paid: Money
    total: Money

    @property
    def minimum_age(self) -> int:
        """The highest age that one of its products asks for, in years; zero if none does."""
        return max(price.minimum_age or 0 for price, _ in self.lines)

    @property
    def is_exchange(self) -> bool:
        return self.paid.currency != self.total.currency

    @property
    def shown_lines(self) -> list[ShownLine]:
        unit = self.total.currency
        return [
            ShownLine(price.title, quantity, Money(price.unit_minor * quantity, unit)) for price, quantity in self.lines
        ]


def priced(buyer_wallet: Wallet, wanted: Sequence[Wanted], sale_point: SalePoint) -> list[Part]:
    """What these would cost now, a part for each seller, with the deposits that they bring.

    Raises NotSold, TooManyOfOne, OwnGoods, ConversionDown, AmountTooLarge.
    """
    found = prices([each.variant.pk for each in wanted], sale_point)
    of_seller: dict[int, dict[int, int]] = {}
    for each in wanted:
        if (price := found.get(each.variant.pk)) is None:
            raise NotSold
        for variant in (price.variant, price.deposit):
            if variant is None:
                continue
            if variant not in found:
                raise NotSold  # the deposit is not sold any more
            quantities = of_seller.setdefault(found[variant].seller, {})
            quantities[variant] = quantities.get(variant, 0) + each.quantity
            if quantities[variant] > MOST:
                raise TooManyOfOne
    wallets = sellers(of_seller)
    parts = []
    if buyer_wallet.pk in of_seller:
        raise OwnGoods
    for seller in sorted(of_seller):  # in the order of ids, as all money transactions lock
        lines = tuple((found[variant], quantity) for variant, quantity in of_seller[seller].items())
        minor = sum(price.unit_minor * quantity for price, quantity in lines)
        total = Money(minor, wallets[seller].currency)
        paid = total if total.currency == buyer_wallet.currency else cost_of(total, in_=buyer_wallet.currency).source
        parts.append(Part(wallets[seller], lines, paid, total))
    return parts


def total_of(parts: Sequence[Part]) -> Money:
    """What the buyer pays for all of them."""
    return sum((part.paid for part in parts[1:]), parts[0].paid)
