"""Preparing, confirming and cancelling a mass payment. `payouts.py` pays the confirmed ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.standing import require_may_move
from accounts.pins.errors import PinLimited
from conversion.errors import KeyReused
from conversion.money import LARGEST_MINOR
from ledger.transactions import WithIt, in_one_transaction
from payments.owners import wallet_of

from . import files
from .errors import MassPaymentIsClosed, RowsHaveProblems, TotalTooLarge
from .files import RawRow
from .kinds import MASS_PAYMENT
from .models import MassPayment, MassPaymentRow
from .preview import ValidatedRow, validate

Status, Outcome = MassPayment.Status, MassPaymentRow.Outcome


def prepare(
    *, maker: User, title: str, rows: Sequence[RawRow], key: UUID, with_it: WithIt[MassPayment] | None = None
) -> MassPayment:
    """Stores a draft with every row validated, to be paid from the maker's wallet in its currency.

    `rows` must be in the order of their numbers. The same rows under the same title return the first mass payment,
    whatever its status is now: a file is paid once. If the first one is still a draft, it is validated again.

    Raises AccountFrozen, RoleMissing, TotalTooLarge, KeyReused, Busy.
    """
    may_move = partial(
        require_may_move,
        maker.pk,
        roles=MASS_PAYMENT.made_by_roles,  # no `payers`: the maker pays, and the asker is always checked
        # A known key gets its first answer again, also if the maker was frozen or lost the role since.
        unless=MassPayment.objects.filter(maker=maker, key=key).exists,
    )
    may_move()
    source = wallet_of(maker)
    # Before the transaction, since this reads rows of people. The worker checks standing again before it pays.
    validated = validate(rows, source=source)
    new = MassPayment(
        maker=maker,
        key=key,
        title=title,
        content_digest=files.digest(rows),
        source=source,
        row_count=len(rows),
        total_minor=_total(validated),
    )

    def decide() -> MassPayment:
        may_move()  # the maker may have been frozen, or lost the role, since the first check
        # ON CONFLICT DO NOTHING: of two uploads at once, one inserts and the other finds that row.
        MassPayment.objects.bulk_create([new], ignore_conflicts=True)
        stored = locked(_stored(new).pk)
        if stored.reference == new.reference:  # inserted by this call, so its rows are missing
            MassPaymentRow.objects.bulk_create((_row(stored, each) for each in validated), batch_size=1000)
        elif stored.is_draft:
            _validate_again(stored, validated)
        return stored

    return in_one_transaction(decide, with_it=with_it)


def confirm(
    *, maker: User, mass_payment: MassPayment, pin: str | None, with_it: WithIt[MassPayment] | None = None
) -> MassPayment:
    """Sets a draft to RUNNING, so that the worker pays it. A second call changes nothing.

    The PIN is verified each time, also for small sums. `pin` is None where the caller has authenticated the maker in
    another way, such as by an access token. Raises PinMissing, PinWrong, PinLocked, PinLimited, AccountFrozen,
    RoleMissing, RowsHaveProblems, MassPaymentIsClosed, Busy.
    """
    assert mass_payment.maker_id == maker.pk
    confirmed = MassPayment.objects.filter(pk=mass_payment.pk, status__in=[Status.RUNNING, Status.FINISHED])
    may_move = partial(require_may_move, maker.pk, roles=MASS_PAYMENT.made_by_roles, unless=confirmed.exists)
    may_move()
    # Before the transaction: a wrong try must stay counted if the rest is rolled back.
    if pin is not None and maker.verify_pin(pin):
        raise PinLimited

    def decide() -> MassPayment:
        found = locked(mass_payment.pk)
        if found.is_running or found.is_finished:  # an earlier call confirmed it
            return found
        may_move()  # the maker may have been frozen, or lost the role, since the first check
        if found.is_cancelled:
            raise MassPaymentIsClosed(found.status, found.get_status_display())
        if found.rows.exclude(problem="").exists():
            raise RowsHaveProblems
        MassPayment.objects.filter(pk=found.pk).update(status=Status.RUNNING, confirmed_at=Now())
        return locked(found.pk)

    return in_one_transaction(decide, with_it=with_it)


def cancel(*, maker: User, mass_payment: MassPayment, with_it: WithIt[MassPayment] | None = None) -> MassPayment:
    """Cancels a draft. A second call changes nothing. Raises MassPaymentIsClosed where it was confirmed, Busy."""
    assert mass_payment.maker_id == maker.pk

    def decide() -> MassPayment:
        found = locked(mass_payment.pk)  # no check of standing: cancelling moves no money
        if found.is_running or found.is_finished:
            raise MassPaymentIsClosed(found.status, found.get_status_display())
        if found.is_draft:
            MassPayment.objects.filter(pk=found.pk).update(status=Status.CANCELLED, ended_at=Now())
        return locked(found.pk)

    return in_one_transaction(decide, with_it=with_it)


def prepare_declined(*, maker: User, mass_payment: MassPayment) -> MassPayment:
    """A new draft of exactly the rows that were declined. A second call returns the same draft.

    The rows of the first mass payment stay declined. Raises what `prepare` raises, and MassPaymentIsClosed where the
    mass payment is not finished or no row was declined.
    """
    assert mass_payment.maker_id == maker.pk
    declined = mass_payment.rows.exclude(outcome__in=[Outcome.WAITING, Outcome.BOOKED]).order_by("number")
    rows = [RawRow(row.number, row.payee_typed, row.amount_typed, row.note) for row in declined]
    if not mass_payment.is_finished or not rows:
        raise MassPaymentIsClosed(mass_payment.status, mass_payment.get_status_display())
    title = _next_title(mass_payment, files.digest(rows))
    # The key follows from the title, so that a second call has the same key and returns the same draft.
    return prepare(maker=maker, title=title, rows=rows, key=uuid5(mass_payment.reference, title))


def locked(mass_payment: int) -> MassPayment:
    """The mass payment with this id, locked. Only inside `in_one_transaction`, before any other of the room's rows.

    It joins no row of a person: at SERIALIZABLE, a scan of that small table would put a SIREAD lock on all people.
    """
    rows = MassPayment.objects.select_for_update(no_key=True, of=("self",)).select_related("source")
    return rows.get(pk=mass_payment)


def update_rows(columns: dict[str, str], ids: list[int], *values: list[Any]) -> None:
    """Updates the rows with these `ids` in one statement.

    `columns` has the type of each column to set. `values` has one list for each column, in the same order, with one
    value for each id.
    """
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    changes = ", ".join(f"{name} = new.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE treasury_masspaymentrow r SET {changes}"  # noqa: S608 - the names are written in this module
            f" FROM unnest(%s::bigint[], {arrays}) new (id, {', '.join(columns)}) WHERE r.id = new.id",
            [ids, *values],
        )


def _validate_again(mass_payment: MassPayment, validated: list[ValidatedRow]) -> None:
    """Stores new validation results for a draft: since the first upload, payees may have signed up or been frozen."""
    rows = list(mass_payment.rows.order_by("number").values_list("pk", flat=True))
    assert len(rows) == len(validated)
    update_rows(
        {"target_id": "bigint", "problem": "text", "problem_text": "text", "warning": "text"},
        rows,
        [each.target.pk if each.target else None for each in validated],
        [each.code for each in validated],
        [each.text for each in validated],
        [each.warning for each in validated],
    )


def _stored(new: MassPayment) -> MassPayment:
    """The mass payment that the database has for this maker, file and title.

    Raises KeyReused where there is none, because the key already belongs to another file or title.
    """
    same = MassPayment.objects.filter(maker=new.maker, content_digest=new.content_digest, title=new.title).first()
    if same is None:
        other = MassPayment.objects.get(maker=new.maker, key=new.key)
        raise KeyReused("title" if other.content_digest == new.content_digest else "file")
    return same


def _row(mass_payment: MassPayment, validated: ValidatedRow) -> MassPaymentRow:
    return MassPaymentRow(
        mass_payment=mass_payment,
        number=validated.row.number,
        payee_typed=validated.row.payee,
        amount_typed=validated.row.amount,
        note=validated.row.note,
        target=validated.target,
        amount_minor=validated.amount.minor if validated.amount else None,
        problem=validated.code,
        problem_text=validated.text,
        warning=validated.warning,
    )


def _total(validated: list[ValidatedRow]) -> int:
    """The sum of all amounts in minor units. Raises TotalTooLarge beyond what any wallet could hold."""
    total = sum(each.amount.minor for each in validated if each.amount)
    if total > LARGEST_MINOR:
        raise TotalTooLarge
    return total


def _next_title(mass_payment: MassPayment, digest: str) -> str:
    """The title of the draft of declined rows: "May" becomes "May (2)".

    A title under which these rows were cancelled is skipped. Any other one is used again, so that `prepare` returns the
    mass payment that exists.
    """
    found = re.fullmatch(r"(.*) \((\d{1,4})\)", mass_payment.title)
    stem, number = (found[1], int(found[2])) if found else (mass_payment.title, 1)
    used_up = set(
        MassPayment.objects.filter(
            maker=mass_payment.maker_id, content_digest=digest, status=Status.CANCELLED, title__startswith=stem
        ).values_list("title", flat=True)
    )
    while (title := f"{stem} ({number + 1})") in used_up:
        number += 1
    return title
