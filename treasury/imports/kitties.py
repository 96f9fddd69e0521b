"""What is read of an export, whatever system it came from: people, the lines of their history, and products.

A *cell* is the text of one value. Amounts are whole minor units of the currency that the reader of the file has named.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from conversion.money import LARGEST_MINOR, Currency, Money, format_money
from payments import notes

Table = Sequence[Mapping[str, str]]  # rows, as cells by their column
Tables = Mapping[str, Table]  # by the name of the table
Problem = tuple[str, str | Promise]  # a stable code, and its text for the treasurer

MOST_PEOPLE, MOST_LINES, MOST_PRODUCTS = 10_000, 100_000, 10_000
MOST_ROWS = 150_000  # of all tables of an export together, since all of them are in memory at once
LONGEST_NAME, LONGEST_TEXT, LONGEST_CATEGORY = 80, 200, 40


@dataclass(frozen=True, slots=True)
class Line:
    """A transaction as it changed one person's balance. `happened` is as the file writes it."""

    old_id: str
    happened: str
    text: str
    minor: int
    is_void: bool


@dataclass(slots=True)
class Person:
    """A person of the export. `claimed` is None where the export stores no balance.

    `problems` are why the person cannot be imported. `is_disabled`: the other system no longer showed the person.
    """

    old_id: str
    username: str
    first_name: str
    last_name: str
    email: str
    claimed: int | None
    is_disabled: bool = False
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def sum_of_lines(self) -> int:
        return sum(line.minor for line in self.lines if not line.is_void)


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the export. `minor` is its price in minor units, or None where it cannot be read."""

    old_id: str
    name: str
    minor: int | None
    category: str = ""
    barcodes: tuple[str, ...] = ()
    stock: int | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Kitty:
    """An export as it was read. `has_lines`: it has transactions, so balances can be recomputed.

    `remarks` are about the whole file: for example, transactions of people who are not in it.
    """

    source: str
    people: Sequence[Person]
    has_lines: bool
    products: Sequence[Product] = ()
    remarks: Sequence[str] = ()

    @property
    def line_count(self) -> int:
        return sum(len(person.lines) for person in self.people)

    def digest(self) -> str:
        """The SHA-256 of all people, lines and products in their order, in hexadecimal, whatever the file's form."""
        hasher = hashlib.sha256(self.source.encode())
        for person in self.people:
            whose = (person.old_id, person.username, person.name, person.email, person.claimed, person.is_disabled)
            lines = [(line.old_id, line.happened, line.minor, line.is_void) for line in person.lines]
            hasher.update(json.dumps([whose, lines]).encode())
        for product in self.products:
            hasher.update(json.dumps(astuple(product)).encode())
        return hasher.hexdigest()


def minor_of(cell: str, unit: Currency, *, shift: int = 0) -> int | None:
    """The cell's number in minor units of `unit`; None if it is no such amount.

    `shift` is how many digits of the cell are decimals already: 2 where the export counts cents. Only ASCII digits, one
    point and a sign are numbers: no NaN, no exponent, no thousands.
    """
    text = cell.strip()
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (text.isascii() and digits.isdigit() and len(digits) <= 40):
        return None
    try:
        scaled = Decimal(text).scaleb(unit.exponent - shift)
    except InvalidOperation:
        return None
    if scaled != scaled.to_integral_value() or abs(scaled) > LARGEST_MINOR:
        return None
    return int(scaled)


def is_true(cell: str) -> bool:
    """Whether a cell says yes: 1, t, true, as SQLite, PostgreSQL and MySQL write it."""
    return cell.strip().lower() in ("1", "t", "true", "yes")


def plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text as one line that can be stored, cut where it is too long."""
    line = " ".join(text.split())
    if line.isprintable():  # most are, and there are many thousands of them
        return line[:longest]
    return "".join(sign for sign in line[: 2 * longest] if notes.is_storable(sign))[:longest]


def problems_of_name(name: str) -> Iterator[Problem]:
    """Why a person cannot have this name. A filler of Hangul counts as a letter, and shows nothing."""
    if not any(sign.isalnum() and "FILLER" not in unicodedata.name(sign, "") for sign in name):
        yield "name_missing", _("There is no name on this line.")
    if not notes.is_storable(name):
        yield "name_unreadable", _("The name has characters that cannot be stored.")
    if len(name) > LONGEST_NAME:
        yield "name_too_long", _("The name has more than %(most)s characters.") % {"most": LONGEST_NAME}


def has(tables: Tables, name: str, *columns: str) -> bool:
    """Whether there is such a table with these columns, and at least one row."""
    table = tables.get(name, ())
    return len(table) > 0 and set(columns) <= table[0].keys()


def split_name(name: str) -> tuple[str, str]:
    """First and last name; who has one name has it as the first."""
    first, _space, last = name.strip().rpartition(" ")
    return (first, last) if first else (last, "")


def usable(products: Iterable[Product]) -> tuple[list[Product], list[str]]:
    """The products with a price, once for each id, and remarks about the others.

    Those that are still sold come first: of two with one name, the first is taken.
    """
    found, unpriced, twice = dict[str, Product](), 0, 0
    for product in sorted(products, key=lambda each: not each.is_active):
        if product.minor is None:
            unpriced += 1
        elif product.old_id in found:
            twice += 1
        else:
            found[product.old_id] = product
    remarks = []
    if unpriced:
        remarks.append(_("%(count)s products have no readable price and are left out.") % {"count": unpriced})
    if twice:
        remarks.append(_("%(count)s products have the number of another and are left out.") % {"count": twice})
    return list(found.values()), remarks


def lost_lines(count: int, minor: int, unit: Currency) -> list[str]:
    """The remark about transactions that belong to nobody in the export."""
    if not count:
        return []
    words = {"count": count, "sum": format_money(Money(minor, unit))}
    return [_("%(count)s transactions belong to nobody in the file and are left out. Their sum: %(sum)s.") % words]


def keyed(people: Iterable[tuple[str, Person]]) -> dict[str, Person]:
    """The people by their id. Two with one id would get each other's transactions, so it is a problem."""
    known: dict[str, Person] = {}
    for old_id, person in people:
        if old_id in known:
            known[old_id].problems.append(("person_twice", _("This number is on two lines of the file.")))
        else:
            known[old_id] = person
    return known


def give_lines(
    people: Mapping[str, Person], lines: Iterable[tuple[str, Line | None, str]], *, what: str
) -> tuple[int, int]:
    """Gives each person the lines of theirs; a line is (whose, the line or None, its old id).

    A line that could not be read is a problem of its person. Returns how many belong to nobody, and their sum.
    """
    lost, lost_minor = 0, 0
    for whose, line, old_id in lines:
        person = people.get(whose)
        if person is None:
            lost += 1
            lost_minor += line.minor if line and not line.is_void else 0
        elif line is None:
            words = {"what": what, "number": plain(old_id, 20)}
            person.problems.append(("line_unreadable", _("%(what)s %(number)s has no readable amount.") % words))
        else:
            person.lines.append(line)
    return lost, lost_minor
