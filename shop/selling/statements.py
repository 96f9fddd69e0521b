"""What sellers sold in a period, as a page shows it and as CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from conversion.money import Currency, Money
from ledger.models import Wallet
from shop.fields import as_percent
from web.spreadsheets import harmless

from .queries import Period, Sold, Taxed, by_day, by_product, by_vat

SOLD = ("seller", "{}", "sold", "amount", "refunded", "refunded amount", "net amount", "currency")
HEADS = {
    "days": tuple(name.format("day") for name in SOLD),
    "products": tuple(name.format("product") for name in SOLD),
    "vat": ("seller", "vat percent", "net of refunds", "vat", "without vat", "currency"),
}


@dataclass(slots=True)
class Report:
    """What one seller sold in a period."""

    seller: Wallet
    days: list[Sold] = field(default_factory=list)
    products: list[Sold] = field(default_factory=list)
    vat: list[Taxed] = field(default_factory=list)

    @property
    def net(self) -> Money:
        return Money(sum(row.net for row in self.days), self.seller.currency)

    @property
    def all_vat(self) -> Money:
        return Money(sum(row.vat for row in self.vat), self.seller.currency)


def reports(period: Period, seller: Wallet | None) -> list[Report]:
    """A report of each seller who sold or gave back something; of this one alone if it is not None."""
    sellers = [seller.pk] if seller else None
    days, products, vat = by_day(period, sellers), by_product(period, sellers), by_vat(period, sellers)
    found = {wallet.pk: Report(wallet) for wallet in _wallets(row.seller for row in days)}
    for day in days:
        found[day.seller].days.append(day)
    for product in products:
        found[product.seller].products.append(product)
    for rate in vat:
        found[rate.seller].vat.append(rate)
    return list(found.values())


def csv_lines(report: str, period: Period, seller: Wallet | None) -> Iterator[str]:
    """The lines of one of the tables (a key of HEADS)."""
    sellers = [seller.pk] if seller else None
    if report == "vat":
        taxed = by_vat(period, sellers)
        wallets = {wallet.pk: wallet for wallet in _wallets(row.seller for row in taxed)}
        yield from _written(HEADS[report], (_of_vat(row, wallets[row.seller]) for row in taxed))
        return
    sold = (by_day if report == "days" else by_product)(period, sellers)
    wallets = {wallet.pk: wallet for wallet in _wallets(row.seller for row in sold)}
    yield from _written(HEADS[report], (_of_sold(row, wallets[row.seller]) for row in sold))


def _wallets(sellers: Iterator[int]) -> list[Wallet]:
    found = Wallet.objects.select_related("owner").filter(pk__in=set(sellers))
    return sorted(found, key=lambda wallet: wallet.owner.username if wallet.owner else "")


def _of_sold(row: Sold, wallet: Wallet) -> Sequence[object]:
    unit = wallet.currency
    amounts = [_plain(minor, unit) for minor in (row.gross, row.refunded, row.net)]
    name = wallet.owner.username if wallet.owner else ""
    return name, row.heading, row.quantity, amounts[0], row.refunded_quantity, amounts[1], amounts[2], unit.code


def _of_vat(row: Taxed, wallet: Wallet) -> Sequence[object]:
    unit = wallet.currency
    amounts = [_plain(minor, unit) for minor in (row.gross, row.vat, row.without_vat)]
    return wallet.owner.username if wallet.owner else "", as_percent(row.permille), *amounts, unit.code


def _plain(minor: int, unit: Currency) -> str:
    return f"{Money(minor, unit).decimal:f}"


def _written(head: Sequence[str], rows: Iterator[Sequence[object]]) -> Iterator[str]:
    yield _line(head)
    for row in rows:
        # Numbers are not text: only what people typed could be a formula.
        yield _line([cell if index != 1 else harmless(str(cell)) for index, cell in enumerate(row)])


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
