"""What a person of an export would become here: checks before anything is stored, and the choices to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people.queries import Names
from accounts.people.usernames import plain_name
from conversion.money import LARGEST_MINOR, Currency

from .kitties import LONGEST_NAME, Kitty, Person, Problem, plain
from .models import Import, ImportLine, ImportProduct, ImportRow

Action, Takes, Status = ImportRow.Action, ImportRow.Takes, Import.Status


@dataclass(frozen=True, slots=True)
class _Known:
    """Who is here already: ids by username, confirmed address and full name, each in small letters."""

    by_username: dict[str, int]
    by_address: dict[str, int]
    by_name: dict[str, int]

    def like(self, person: Person) -> int | None:
        address, username = person.email.strip().lower(), (person.username or person.name).lower()
        return (
            self.by_address.get(address)
            or self.by_username.get(username)
            or self.by_name.get(" ".join(person.name.lower().split()))
        )


def rows_of(kitty: Kitty, unit: Currency) -> list[ImportRow]:
    """A row for each person, not stored yet, with the choices to begin with.

    Nothing that needs a decision is decided: who has the same name as a member, whose balances differ, who owes money,
    and who was imported before.
    """
    known, names, before = _known(), Names(), _imported_before(kitty.source)
    return [
        _row(number, person, kitty, unit, known, names, before) for number, person in enumerate(kitty.people, start=1)
    ]


def lines_of(rows: Sequence[ImportRow], people: Sequence[Person]) -> Iterator[ImportLine]:
    """The lines of each row's person, not stored yet."""
    for row, person in zip(rows, people, strict=True):
        for number, line in enumerate(person.lines, start=1):
            yield ImportLine(
                row=row,
                number=number,
                old_id=line.old_id,
                happened=line.happened,
                text=line.text,
                amount_minor=line.minor,
                is_void=line.is_void,
            )


def products_of(found: Import, kitty: Kitty) -> Iterator[ImportProduct]:
    """The products of the import, not stored yet."""
    for number, product in enumerate(kitty.products, start=1):
        assert product.minor is not None  # `usable` has left out those without a price
        yield ImportProduct(
            of_import=found,
            number=number,
            old_id=product.old_id,
            name=product.name,
            price_minor=product.minor,
            category=product.category,
            barcodes=product.barcodes,
            stock=product.stock,
            is_active=product.is_active,
        )


def _row(
    number: int,
    person: Person,
    kitty: Kitty,
    unit: Currency,
    known: _Known,
    names: Names,
    before: set[tuple[str, str]],
) -> ImportRow:
    recomputed = person.sum_of_lines if kitty.has_lines else None
    problems = [*person.problems, *_problems(person, recomputed)]
    email, warnings = _address(person)
    was_before = (person.old_id, person.username or person.name) in before
    if was_before:
        warnings.append(_("A person of this name and number was imported before."))
    row = ImportRow(
        number=number,
        old_id=plain(person.old_id, 40),
        username=names.take(person.username or person.name, person.first_name, person.last_name),
        first_name=plain(person.first_name, LONGEST_NAME),
        last_name=plain(person.last_name, LONGEST_NAME),
        email=email,
        is_disabled=person.is_disabled,
        claimed_minor=_within(person.claimed),
        recomputed_minor=_within(recomputed),
        problem=problems[0][0] if problems else "",
        problem_text=" ".join(str(text) for _code, text in problems),
        found_id=known.like(person),
    )
    if row.found_id:
        warnings.append(_("There is a member with the same name or address."))
    balances = {minor for minor in (row.claimed_minor, row.recomputed_minor) if minor is not None}
    if min(balances, default=0) < 0:
        warnings.append(_("This person owes money. A new member begins with this debt."))
    if person.is_disabled:
        warnings.append(_("This person was hidden there."))
    row.warning = " ".join(str(warning) for warning in warnings)
    if len(balances) == 1:
        row.takes = Takes.CLAIMED if row.recomputed_minor is None else Takes.RECOMPUTED
    if not problems and person.is_disabled and balances == {0} and not row.found_id:
        row.action = Action.SKIP
    elif not (problems or row.found_id or was_before or min(balances, default=-1) < 0):
        row.action = Action.REGISTER
    return row


def _problems(person: Person, recomputed: int | None) -> Iterator[Problem]:
    try:
        plain_name(person.name)
    except ValidationError as error:
        yield "name_unreadable", error.messages[0]
    if person.claimed is None and recomputed is None:
        yield "balance_missing", _("The file has no balance of this person.")
    # Not the largest amount itself: both balances together are booked.
    if any(balance is not None and abs(balance) >= LARGEST_MINOR for balance in (person.claimed, recomputed)):
        yield "balance_too_large", _("The balance is larger than can be booked.")


def _within(minor: int | None) -> int | None:
    return minor if minor is None or abs(minor) < LARGEST_MINOR else None


def _address(person: Person) -> tuple[str, list[str]]:
    """The address that the file has, if it is one, and warnings about it."""
    address = person.email.strip()
    if not address:
        return "", []
    try:
        validate_email(address)
    except ValidationError:
        return "", [_("The e-mail address is none, and is left out.")]
    return address.lower(), []


def _known() -> _Known:
    people = User.objects.filter(is_active=True).values_list("id", "username", "email", "first_name", "last_name")
    by_username, by_address, by_name = {}, {}, {}
    for pk, username, email, first, last in people.iterator():
        by_username[username.lower()] = pk
        by_name[" ".join(f"{first} {last}".lower().split())] = pk
        if email:
            by_address[email.lower()] = pk
    return _Known(by_username, by_address, by_name)


def _imported_before(source: str) -> set[tuple[str, str]]:
    """The old number and name of everybody who came from such a system before, and still has what was booked."""
    booked = ImportRow.objects.filter(of_import__source=source, outcome=ImportRow.Outcome.BOOKED)
    found = booked.values_list("old_id", "first_name", "last_name", "username")
    return {
        (old_id, name)
        for old_id, first, last, username in found.iterator()
        for name in (f"{first} {last}".strip(), username)
    }
