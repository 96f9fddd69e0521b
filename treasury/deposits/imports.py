"""Importing a bank's statement: a draft with a preview of each row, then one deposit after another.

Each row is a deposit of its own, under the bank's reference. So it does not matter how often a file comes, nor whether
the import ends in the middle: what was booked is found again and not booked twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.people.roles import TREASURY
from accounts.people.standing import require_may_move
from accounts.pins.errors import PinLimited
from conversion.errors import PaymentError, Unavailable
from conversion.parsing import parse_amount
from treasury.banks.models import Clearing

from . import service
from .errors import ReferenceReused, StatementIsClosed
from .files import RawRow
from .models import Deposit, Statement, StatementRow
from .payees import wallet_for
from .preview import problems_of

Status, Outcome = Statement.Status, StatementRow.Outcome

CHUNK = 100  # rows in one run of the job


def prepare(*, by: User, clearing: Clearing, title: str, rows: Sequence[RawRow], key: UUID) -> Statement:
    """Stores a draft with the problems of each row. The same key returns the same draft.

    Raises AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=TREASURY)
    problems = problems_of(rows, clearing=clearing, by=by)
    with transaction.atomic():
        stored, is_new = Statement.objects.get_or_create(
            maker=by, key=key, defaults={"clearing": clearing, "title": title}
        )
        if is_new:
            StatementRow.objects.bulk_create(
                (
                    StatementRow(
                        statement=stored,
                        number=row.number,
                        bank_reference=row.reference,
                        payee_typed=row.to,
                        amount_typed=row.amount,
                        details=row.details,
                        value_date=row.value_date,
                        problem=code,
                        problem_text=str(text),
                    )
                    for row, (code, text) in zip(rows, problems, strict=True)
                ),
                batch_size=1000,
            )
    return stored


def confirm(*, by: User, statement: Statement, pin: str) -> None:
    """Lets the worker book every row without a problem. A second call changes nothing.

    Raises PinMissing, PinWrong, PinLocked, PinLimited, AccountFrozen, RoleMissing, and StatementIsClosed for another's
    statement.
    """
    require_may_move(by.pk, roles=TREASURY)
    if statement.maker_id != by.pk:
        raise StatementIsClosed
    if by.verify_pin(pin):
        raise PinLimited
    with transaction.atomic():
        if Statement.objects.filter(pk=statement.pk, status=Status.DRAFT).update(status=Status.RUNNING):
            statement.rows.filter(outcome=Outcome.WAITING).exclude(problem="").update(outcome=Outcome.REFUSED)


def book_running() -> int:
    """Books up to CHUNK rows of each running statement. Returns how many rows were decided."""
    return sum(_book_some(statement) for statement in Statement.objects.filter(status=Status.RUNNING).order_by("pk"))


def _book_some(statement: Statement) -> int:
    """Books the next rows. Where nothing can be booked now, the rest waits for the next run."""
    waiting = statement.rows.filter(outcome=Outcome.WAITING).order_by("number")
    done = 0
    for row in waiting[:CHUNK]:
        try:
            _book(statement, row)
        except Unavailable:
            return done
        done += 1
    if not waiting.exists():
        Statement.objects.filter(pk=statement.pk, status=Status.RUNNING).update(status=Status.FINISHED)
    return done


def _book(statement: Statement, row: StatementRow) -> None:
    """Books one row, and stores the outcome after it. A run that ends between the two finds the deposit again."""
    bank, by = statement.clearing.bank, statement.maker
    known = Deposit.objects.filter(bank=bank, bank_reference=row.bank_reference)
    outcome = Outcome.KNOWN if known.exists() else Outcome.BOOKED
    try:
        booked = service.deposit(
            bank=bank,
            wallet=wallet_for(row.payee_typed),
            amount=parse_amount(row.amount_typed, statement.clearing.wallet.currency),
            reference=row.bank_reference,
            details=row.details,
            value_date=row.value_date,
            by=by,
        )
    except Unavailable:
        raise
    except PaymentError as refusal:
        # The bank's program may have sent other words about the same deposit.
        if isinstance(refusal, ReferenceReused) and refusal.differing == "details":
            _decide(row, outcome=Outcome.KNOWN, deposit=known.get())
        else:
            _decide(row, outcome=Outcome.REFUSED, problem=refusal.code, problem_text=str(refusal))
    else:
        _decide(row, outcome=outcome, deposit=booked)


def _decide(row: StatementRow, **decided: object) -> None:
    StatementRow.objects.filter(pk=row.pk, outcome=Outcome.WAITING).update(**decided)
