"""Our own format: CSV tables of members with their balances, of their transactions, and of products.

Members: username, name (or first_name, last_name), email, balance. Transactions: username, date, amount, note.
Products: name, price, category, barcode. The columns `balance`, `amount` and `price` tell the tables apart. Amounts are
in whole units, such as 12.50, and may be negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from conversion.money import Currency

from .errors import ExportUnreadable
from .kitties import (
    LONGEST_CATEGORY,
    LONGEST_NAME,
    Kitty,
    Line,
    Person,
    Product,
    Table,
    Tables,
    give_lines,
    lost_lines,
    minor_of,
    plain,
    problems_of_name,
    split_name,
)

MEMBERS = {"username", "name", "first_name", "last_name", "email", "balance"}
LINES = {"username", "date", "amount", "note"}
PRODUCTS = {"name", "price", "category", "barcode"}


def is_one(tables: Tables) -> bool:
    return _find(tables, "balance") is not None or _find(tables, "price") is not None


def read(tables: Tables, unit: Currency) -> Kitty:
    """Raises ExportUnreadable for a table that would not be read, and a column that is not known, perhaps misspelt."""
    _require_all_read(tables)
    members, lines = _find(tables, "balance") or [], _find(tables, "amount")
    products = _find(tables, "price") or []
    _require_known(members, MEMBERS)
    _require_known(lines or [], LINES)
    _require_known(products, PRODUCTS)
    people = [_person(row, unit) for row in members]
    known: dict[str, Person] = {}
    for person in people:
        handle = person.username.lower()
        if handle and handle in known:
            person.problems.append(("person_twice", _("This username is on two lines of the file.")))
        known.setdefault(handle, person)
    known.pop("", None)
    lost = give_lines(known, _lines(lines or [], unit), what=_("Transaction"))
    return Kitty(
        "plain",
        people,
        has_lines=lines is not None,
        products=[_product(number, cells, unit) for number, cells in enumerate(products, start=1)],
        remarks=lost_lines(*lost, unit),
    )


def _find(tables: Tables, column: str) -> Table | None:
    return next((table for table in tables.values() if table and column in table[0]), None)


def _require_all_read(tables: Tables) -> None:
    read: dict[str, str] = {}
    for name, table in tables.items():
        column = next((each for each in ("balance", "price", "amount") if table and each in table[0]), "")
        if table and (not column or column in read):
            words = {"table": plain(name, 40), "other": plain(read.get(column, ""), 40)}
            raise ExportUnreadable(
                "export_unknown",
                _("The tables “%(other)s” and “%(table)s” are of the same kind. Put them into one.") % words
                if column
                else _("The table “%(table)s” has no column balance, price or amount, so it would be left out.")
                % words,
            )
        read[column] = name


def _require_known(table: Table, known: set[str]) -> None:
    for column in table[0] if table else ():
        if column and column not in known:
            words = {"name": plain(column, 40), "names": ", ".join(sorted(known))}
            raise ExportUnreadable(
                "export_unknown", _("There is a column “%(name)s”. Please keep only %(names)s.") % words
            )


def _person(cells: Mapping[str, str], unit: Currency) -> Person:
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    if not first and not last:
        first, last = split_name(cells.get("name", "") or cells.get("username", ""))
    username = cells.get("username", "").removeprefix("@")
    claimed = minor_of(cells.get("balance", "").replace(",", "."), unit)
    person = Person(username, username, first, last, cells.get("email", ""), claimed)
    person.problems += problems_of_name(person.name)
    if claimed is None:
        person.problems.append(("balance_unreadable", _("The balance cannot be read: write it as 12.50 or -12.50.")))
    return person


def _product(number: int, cells: Mapping[str, str], unit: Currency) -> Product:
    return Product(
        str(number),
        plain(cells.get("name", ""), LONGEST_NAME),
        minor_of(cells["price"].replace(",", "."), unit),
        category=plain(cells.get("category", ""), LONGEST_CATEGORY),
        barcodes=tuple(filter(None, [plain(cells.get("barcode", ""), 40)])),
    )


def _lines(table: Table, unit: Currency) -> Iterator[tuple[str, Line | None, str]]:
    for number, cells in enumerate(table, start=1):
        minor = minor_of(cells["amount"].replace(",", "."), unit)
        old_id = str(number)
        line = None
        if minor is not None:
            line = Line(old_id, plain(cells.get("date", ""), 30), plain(cells.get("note", "")), minor, is_void=False)
        yield cells.get("username", "").removeprefix("@").lower(), line, old_id
