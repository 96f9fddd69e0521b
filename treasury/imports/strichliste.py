"""Strichliste: version 2, whose balances and transactions count cents, and version 1, which stores no balance.

Version 2 has the tables `user`, `transactions` and `article`. A transaction's amount is signed, as it changed the
balance of its user; a transfer is two of them, which name each other. Undoing sets `deleted` and gives the amount back.
Its own command deletes old transactions, and then what is left no longer gives the balance.

Version 1 has `users` and `transactions` (`userId`, `value` in whole units). Its balance is the sum of the transactions.
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
    split_name,
)

CENTS = 2  # digits of an amount that are decimals, whatever the currency is called

COLUMNS = {
    "user": frozenset({"id", "name", "email", "balance", "disabled"}),
    "users": frozenset({"id", "name", "mailAddress", "active"}),
    "transactions": frozenset(
        {"id", "user_id", "article_id", "recipient_transaction_id", "sender_transaction_id", "quantity"}
        | {"comment", "amount", "deleted", "created"}
        | {"userId", "value", "createDate"}
    ),
    "article": frozenset({"id", "name", "amount", "active", "barcode"}),
    "barcode": frozenset({"article_id", "barcode"}),
    "article_tag": frozenset({"article_id", "tag_id"}),
    "tag": frozenset({"id", "tag"}),
}


def is_one(tables: Tables) -> bool:
    return _is_second(tables) or _is_first(tables)


def read(tables: Tables, unit: Currency) -> Kitty:
    return _second(tables, unit) if _is_second(tables) else _first(tables, unit)


def _is_second(tables: Tables) -> bool:
    return has(tables, "user", "id", "name", "balance")


def _is_first(tables: Tables) -> bool:
    return has(tables, "users", "id", "name") and has(tables, "transactions", "userid", "value")


def _second(tables: Tables, unit: Currency) -> Kitty:
    users, transactions, articles = (tables.get(name, ()) for name in ("user", "transactions", "article"))
    people = keyed((cells["id"], _with_balance(cells, unit)) for cells in users)
    names = {cells.get("id", ""): plain(cells.get("name", "")) for cells in articles}
    whose = {cells.get("id", ""): cells.get("user_id", "") for cells in transactions}

    def lines() -> Iterator[tuple[str, Line | None, str]]:
        for cells in transactions:
            text = _what(cells, names, whose, people)
            minor = minor_of(cells.get("amount", ""), unit, shift=CENTS)
            yield _line(cells["user_id"], cells, cells.get("created", ""), text, minor)

    lost = give_lines(people, lines(), what=_("Transaction"))
    return Kitty(
        "strichliste",
        list(people.values()),
        has_lines="transactions" in tables,
        products=list(_products(tables, unit)),
        remarks=lost_lines(*lost, unit),
    )


def _first(tables: Tables, unit: Currency) -> Kitty:
    people = keyed(
        (cells["id"], _person(cells, cells.get("mailaddress", ""), not is_true(cells.get("active", "1"))))
        for cells in tables["users"]
    )

    def lines() -> Iterator[tuple[str, Line | None, str]]:
        for cells in tables["transactions"]:
            minor = minor_of(cells["value"], unit)
            yield _line(cells["userid"], cells, cells.get("createdate", ""), plain(cells.get("comment", "")), minor)

    lost = give_lines(people, lines(), what=_("Transaction"))
    return Kitty("strichliste_1", list(people.values()), has_lines=True, remarks=lost_lines(*lost, unit))


def _with_balance(cells: Mapping[str, str], unit: Currency) -> Person:
    person = _person(cells, cells.get("email", ""), is_true(cells.get("disabled", "")))
    person.claimed = minor_of(cells["balance"], unit, shift=CENTS)
    if person.claimed is None:
        person.problems.append(("balance_unreadable", _("The balance in the file cannot be read.")))
    return person


def _person(cells: Mapping[str, str], email: str, is_disabled: bool) -> Person:
    name = cells["name"]
    first, last = split_name(name)
    person = Person(cells["id"], name, first, last, email, None, is_disabled)
    person.problems += problems_of_name(name)
    return person


def _line(
    whose: str, cells: Mapping[str, str], happened: str, text: str, minor: int | None
) -> tuple[str, Line | None, str]:
    old_id = plain(cells.get("id", ""), 40)
    if minor is None:
        return whose, None, old_id
    return whose, Line(old_id, plain(happened, 30), text, minor, is_true(cells.get("deleted", ""))), old_id


def _what(
    cells: Mapping[str, str], articles: Mapping[str, str], whose: Mapping[str, str], people: Mapping[str, Person]
) -> str:
    """What the transaction was for: an article, a person at the other end, and the comment."""
    parts = []
    if article := articles.get(cells.get("article_id", "")):
        times = cells.get("quantity", "")
        parts.append(f"{plain(times, 6)} × {article}" if times not in ("", "1") else article)
    for column in ("recipient_transaction_id", "sender_transaction_id"):
        if other := people.get(whose.get(cells.get(column, ""), "")):
            words = _("from %s") if column == "sender_transaction_id" else _("to %s")
            parts.append(words % plain(other.name))
    if comment := plain(cells.get("comment", "")):
        parts.append(comment)
    return plain(" · ".join(parts))


def _products(tables: Tables, unit: Currency) -> Iterator[Product]:
    """The articles. Version 2 keeps an old price as another, inactive article. The first tag is the category."""
    codes, tags = dict[str, list[str]](), dict[str, str]()
    for cells in tables.get("barcode", ()):
        codes.setdefault(cells.get("article_id", ""), []).append(plain(cells.get("barcode", ""), 40))
    names = {cells.get("id", ""): plain(cells.get("tag", ""), LONGEST_CATEGORY) for cells in tables.get("tag", ())}
    for cells in tables.get("article_tag", ()):
        tags.setdefault(cells.get("article_id", ""), names.get(cells.get("tag_id", ""), ""))
    for cells in tables.get("article", ()):
        old_id = cells.get("id", "")
        own = [plain(cells["barcode"], 40)] if cells.get("barcode") else []
        yield Product(
            plain(old_id, 40),
            plain(cells.get("name", ""), LONGEST_NAME),
            minor_of(cells.get("amount", ""), unit, shift=CENTS),
            category=tags.get(old_id, ""),
            barcodes=(*own, *codes.get(old_id, ())),
            is_active=is_true(cells.get("active", "1")),
        )
