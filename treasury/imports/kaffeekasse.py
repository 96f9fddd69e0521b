"""Kaffeekasse (i4): people with `money`, and one table each of charges, purchases and transfers, in whole units.

A newer version has `auth_user` and, beside it, `store_userdata` with the money, which charges, purchases and transfers
name; an older one has both in `store_user`. What was undone there is `annulled`, and its money came back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from conversion.money import Currency

from .kitties import (
    LONGEST_CATEGORY,
    LONGEST_NAME,
    Kitty,
    Line,
    Person,
    Product,
    Tables,
    give_lines,
    has,
    is_true,
    keyed,
    lost_lines,
    minor_of,
    plain,
    problems_of_name,
)

_USER = {"id", "username", "first_name", "last_name", "email", "is_active"}
COLUMNS = {
    "auth_user": frozenset(_USER),
    "store_userdata": frozenset({"id", "auth_id", "money"}),
    "store_user": frozenset(_USER | {"money"}),
    "store_charge": frozenset({"id", "user_id", "time_stamp", "amount", "annulled"}),
    "store_purchase": frozenset({"id", "user_id", "product_id", "time_stamp", "price", "annulled"}),
    "store_transfer": frozenset({"id", "sender_id", "receiver_id", "time_stamp", "amount", "annulled"}),
    "store_product": frozenset({"id", "name", "stock", "price", "category_id"}),
    "store_productcategory": frozenset({"id", "sublevel"}),
    "store_productidentifier": frozenset({"product_id", "ident_type", "ident"}),
}
BARCODE = "329311"  # of an identifier's `ident_type`
MOVES = ("store_charge", "store_purchase", "store_transfer")

Found = tuple[str, Line | None, str]


def is_one(tables: Tables) -> bool:
    return has(tables, "store_userdata", "auth_id", "money") or has(tables, "store_user", "username", "money")


def read(tables: Tables, unit: Currency) -> Kitty:
    people = keyed(_people(tables, unit))
    products = {cells.get("id", ""): plain(cells.get("name", "")) for cells in tables.get("store_product", ())}
    lost = give_lines(people, _lines(tables, products, people, unit), what=_("Transaction"))
    for person in people.values():
        person.lines.sort(key=lambda line: line.happened)
    return Kitty(
        "kaffeekasse",
        list(people.values()),
        has_lines=any(name in tables for name in MOVES),
        products=list(_products(tables, unit)),
        remarks=lost_lines(*lost, unit),
    )


def _people(tables: Tables, unit: Currency) -> Iterator[tuple[str, Person]]:
    """Each person by the id that charges, purchases and transfers name."""
    if "store_userdata" in tables:
        accounts = {cells["id"]: cells for cells in tables.get("auth_user", ())}
        for cells in tables["store_userdata"]:
            yield cells["id"], _person(cells["id"], accounts.get(cells["auth_id"], {}), cells["money"], unit)
    else:
        for cells in tables["store_user"]:
            yield cells["id"], _person(cells["id"], cells, cells["money"], unit)


def _person(old_id: str, cells: Mapping[str, str], money: str, unit: Currency) -> Person:
    username = cells.get("username", "")
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    if not (first or last):
        first = username
    claimed = minor_of(money, unit)
    is_active = is_true(cells.get("is_active", "1"))
    person = Person(old_id, username, first, last, cells.get("email", ""), claimed, not is_active)
    person.problems += problems_of_name(person.name)
    if claimed is None:
        person.problems.append(("balance_unreadable", _("The balance in the file cannot be read.")))
    return person


def _lines(
    tables: Tables, products: Mapping[str, str], people: Mapping[str, Person], unit: Currency
) -> Iterator[Found]:
    def name_of(person: str) -> str:
        return plain(people[person].name) if person in people else "?"

    for cells in tables.get("store_charge", ()):
        yield _line(cells, "user_id", "amount", 1, _("Charged"), "c", unit)
    for cells in tables.get("store_purchase", ()):
        what = products.get(cells.get("product_id", "")) or _("Purchase")
        yield _line(cells, "user_id", "price", -1, what, "p", unit)
    for cells in tables.get("store_transfer", ()):
        payer, payee = cells.get("sender_id", ""), cells.get("receiver_id", "")
        if payer:
            yield _line(cells, "sender_id", "amount", -1, _("to %s") % name_of(payee), "t", unit)
        if payee:
            yield _line(cells, "receiver_id", "amount", 1, _("from %s") % name_of(payer), "t", unit)


def _line(
    cells: Mapping[str, str], whose: str, amount: str, sign: int, text: str, letter: str, unit: Currency
) -> Found:
    """One line of a person. `letter` tells the ids of the three tables apart."""
    old_id, minor = plain(letter + cells.get("id", ""), 40), minor_of(cells.get(amount, ""), unit)
    happened = plain(cells.get("time_stamp", ""), 40)
    line = None if minor is None else Line(old_id, happened, text, sign * minor, is_true(cells.get("annulled", "")))
    return cells.get(whose, ""), line, old_id


def _products(tables: Tables, unit: Currency) -> Iterator[Product]:
    codes: dict[str, list[str]] = {}
    for cells in tables.get("store_productidentifier", ()):
        if cells.get("ident_type") == BARCODE:
            codes.setdefault(cells.get("product_id", ""), []).append(plain(cells.get("ident", ""), 40))
    categories = {
        cells.get("id", ""): plain(cells.get("sublevel", ""), LONGEST_CATEGORY)
        for cells in tables.get("store_productcategory", ())
    }
    for cells in tables.get("store_product", ()):
        old_id, stock = cells.get("id", ""), cells.get("stock", "")
        yield Product(
            plain(old_id, 40),
            plain(cells.get("name", ""), LONGEST_NAME),
            minor_of(cells.get("price", ""), unit),
            category=categories.get(cells.get("category_id", ""), ""),
            barcodes=tuple(codes.get(old_id, ())),
            stock=int(stock) if stock.isascii() and stock.isdigit() and len(stock) < 10 else None,
        )
