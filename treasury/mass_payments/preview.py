"""The preview of a mass payment: validates each row before any money moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.people.errors import AccountFrozen
from accounts.people.standing import may_not_move
from conversion.errors import InvalidAmount, Refused
from conversion.money import Currency, Money
from conversion.parsing import parse_amount
from ledger.models import Wallet
from payments import notes
from payments.errors import NoSuchUser, ToOneself
from payments.owners import wallets_by_handles

from .files import RawRow

Problem = tuple[str, str | Promise]  # a stable code, and its text for the treasurer


@dataclass(frozen=True, slots=True)
class ValidatedRow:
    """A row with what the preview found.

    `target` is None where the payee was not found, `amount` where it could not be read. A row with `problems` cannot be
    paid; a row with a `warning` can.
    """

    row: RawRow
    target: Wallet | None
    amount: Money | None
    problems: list[Problem]
    warning: str

    @property
    def code(self) -> str:
        return self.problems[0][0] if self.problems else ""

    @property
    def text(self) -> str:
        return " ".join(str(text) for _code, text in self.problems)


def validate(rows: Sequence[RawRow], *, source: Wallet) -> list[ValidatedRow]:
    """Validates each row by itself, in order. It does not check whether the balance suffices for all of them."""
    targets = wallets_by_handles({row.payee for row in rows})
    assert source.owner_id is not None
    barred = may_not_move(source.owner_id, payees=[target.owner_id for target in targets.values()])
    warnings = _warnings(rows)
    return [_validated(row, targets.get(row.payee), source, barred, warnings.get(row.number, "")) for row in rows]


def _validated(row: RawRow, target: Wallet | None, source: Wallet, barred: set[int], warning: str) -> ValidatedRow:
    amount, wrong_amount = _amount(row, source.currency)
    problems = [*_about_cells(row), *_about_target(row, target, source, barred), *wrong_amount, *_about_note(row)]
    return ValidatedRow(row, target, amount, problems, warning)


def _about_cells(row: RawRow) -> Iterator[Problem]:
    if row.has_too_many_cells:
        yield (
            "too_many_cells",
            _("This line has more cells than there are columns. If an amount has a comma, put it in quotes."),
        )


def _about_target(row: RawRow, target: Wallet | None, source: Wallet, barred: set[int]) -> Iterator[Problem]:
    if not row.payee:
        yield NoSuchUser.code, _("There is no payee on this line.")
    elif target is None or target.owner is None:
        yield _as_problem(NoSuchUser)
    elif target.owner_id == source.owner_id:
        yield _as_problem(ToOneself)
    elif target.owner_id in barred and not target.owner.is_active:  # a frozen person gets another text
        yield "account_inactive", _("This account is not active.")
    elif target.owner_id in barred:
        yield _as_problem(AccountFrozen)
    elif target.currency_code != source.currency_code:
        words = {"name": target.owner.get_full_name(), "theirs": target.currency_code, "ours": source.currency_code}
        yield (
            "wrong_currency",
            _("%(name)s's wallet is in %(theirs)s. This mass payment can pay only wallets in %(ours)s.") % words,
        )


def _as_problem(refusal: type[Refused]) -> Problem:
    return refusal.code, refusal.message


def _amount(row: RawRow, unit: Currency) -> tuple[Money | None, list[Problem]]:
    try:
        return parse_amount(row.amount, unit), []
    except InvalidAmount as error:
        return None, [(error.code, error.message)]


def _about_note(row: RawRow) -> Iterator[Problem]:
    if len(row.note) > notes.LONGEST:
        yield "note_too_long", _("The note has more than %(most)s characters.") % {"most": notes.LONGEST}
    if not notes.is_storable(row.note):
        yield "note_unreadable", _("The note has characters that cannot be stored.")


def _warnings(rows: Sequence[RawRow]) -> dict[int, str]:
    """The warnings by the number of their row.

    A repeated row and a split amount may be what the treasurer meant, so they are warnings and not problems.
    """
    first: dict[tuple[str, str, str], int] = {}
    found = {}
    for row in rows:
        line = first.setdefault((row.payee.lower(), row.amount, row.note), row.number)
        if line != row.number:
            found[row.number] = _("The same payee, amount and note as on line %(line)s.") % {"line": line}
        elif row.is_split:
            words = {"amount": row.amount, "note": row.note}
            found[row.number] = (
                _("Pays %(amount)s with the note “%(note)s”. If you meant %(amount)s,%(note)s, put it in quotes.")
                % words
            )
    return found
