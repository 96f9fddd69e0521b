"""Preparing an import, choosing what happens to each person, and confirming it. `booking.py` does the rest."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people.roles import ADMINISTRATORS, TREASURY
from accounts.people.standing import may_not_move, require_may_move, require_two
from accounts.pins.errors import PinLimited
from conversion.errors import KeyReused
from conversion.money import Currency, Money
from ledger.exchange import converted
from ledger.transactions import constraint_of, in_one_transaction
from ledger.wallets import system_wallet
from payments.owners import wallets_by_handles

from . import queries
from .errors import (
    AdministratorMissing,
    ChoicesChanged,
    DebtRefused,
    ImportedBefore,
    ImportIsClosed,
    NobodyToMatch,
    RowHasProblem,
    RowsUndecided,
    SecondPersonMissing,
    SellerMissing,
)
from .kinds import IMPORTS
from .kitties import Kitty
from .models import Import, ImportLine, ImportProduct, ImportRow
from .preview import lines_of, products_of, rows_of

Status, Action, Takes, Outcome = Import.Status, ImportRow.Action, ImportRow.Takes, ImportRow.Outcome

COUNTED = dt.timedelta(hours=24)  # what one person confirmed alone in this time counts together
BATCH = 2000
CHOICES = {  # by name: the group of rows, and the balance to take; None: they are left out
    "take_claimed": ("differing", Takes.CLAIMED),
    "take_recomputed": ("differing", Takes.RECOMPUTED),
    "skip_problems": ("problems", None),
    "skip_found": ("found", None),
    "skip_owing": ("owing", None),
    "skip_undecided": ("undecided", None),
}
LET_OWE = "register_owing"  # another choice: who owes money becomes a new member who owes it


def prepare(*, by: User, kitty: Kitty, unit: Currency, file_name: str, key: UUID) -> Import:
    """Stores a draft with a row for each person, the lines of their history, and the products. No money moves.

    The same key returns the same draft. Raises ImportedBefore where the same content is there, KeyReused,
    AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=TREASURY)
    digest, rows = kitty.digest(), rows_of(kitty, unit)
    try:
        with transaction.atomic():
            found = Import.objects.create(
                maker=by,
                key=key,
                source=kitty.source,
                currency_code=unit.code,
                file_name=file_name,
                content_digest=digest,
                row_count=len(rows),
                line_count=kitty.line_count,
                remarks="\n".join(kitty.remarks),
                product_count=len(kitty.products),
            )
            for row in rows:
                row.of_import = found
            ImportRow.objects.bulk_create(rows, batch_size=BATCH)
            ImportLine.objects.bulk_create(lines_of(rows, kitty.people), batch_size=BATCH)
            ImportProduct.objects.bulk_create(products_of(found, kitty), batch_size=BATCH)
    except IntegrityError as error:
        if constraint_of(error) == "import_file_once":
            raise ImportedBefore from error
        if constraint_of(error) != "import_key_once_per_maker":
            raise
        found = Import.objects.get(maker=by, key=key)
        if found.content_digest != digest:
            raise KeyReused("export") from error
    return found


def choose(*, by: User, row: ImportRow, action: str, takes: str, member: str = "") -> None:
    """Stores what happens to one person. `member` is the username of the member to match.

    Raises RowHasProblem, DebtRefused, NobodyToMatch, ImportIsClosed, AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=TREASURY)
    with transaction.atomic():
        require_draft(row.of_import)
        row.action, row.takes, row.target = action, takes, None
        if action == Action.MATCH:
            row.target = _member(row, member)
        _require_possible(row)
        row.save(update_fields=["action", "takes", "target"])
        count_change(row.of_import)


def choose_for_all(*, by: User, found: Import, choice: str) -> int:
    """Makes one choice for many people; returns for how many. `choice` is a name in CHOICES, or LET_OWE.

    A choice to leave people out, or to let them begin with their debts, changes nothing that is decided. One about
    balances leaves aside whoever would be below zero by it. Raises ImportIsClosed, AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=TREASURY)
    with transaction.atomic():
        require_draft(found)
        if choice == LET_OWE:
            changed = queries.new_and_owing(found).update(action=Action.REGISTER)
        else:
            changed = _choose_in_group(found, *CHOICES[choice])
        count_change(found)
    return changed


def confirm(*, by: User, found: Import, revision: int, pin: str) -> Import:
    """Lets the worker import everybody as chosen, or asks for a second person. A second call changes nothing.

    It takes two above FOUR_EYES_ABOVE, where a treasurer would let people in, and where a row is for the person who
    confirms. `revision` is that of the choices which the person has seen.
    Raises PinMissing, PinWrong, PinLocked, PinLimited, RowsUndecided, SellerMissing, ChoicesChanged, ImportIsClosed,
    SecondPersonMissing, AdministratorMissing, RoleTooNew, AccountFrozen, RoleMissing, Busy, ServiceDown.
    """
    require_may_move(by.pk, roles=TREASURY)
    if by.verify_pin(pin):
        raise PinLimited
    limit = converted(Money.of(*settings.FOUR_EYES_ABOVE.split()), to=found.currency).target

    def decide() -> Import:
        require_may_move(by.pk, roles=TREASURY)
        now = locked(found.pk)
        if now.is_draft:
            return _confirmed(now, by, revision, limit)
        if now.is_proposed:
            return _approved(now, by)
        if by.pk in (now.confirmed_by_id, now.approved_by_id):
            return now
        raise ImportIsClosed

    # Two imports that one person confirms at once cannot both see that there is room for one: they take turns.
    return in_one_transaction(decide, wallets=[system_wallet(IMPORTS, found.currency_code)])


def cancel(*, by: User, found: Import) -> None:
    """Cancels an import that does not run yet. A second call changes nothing. Raises ImportIsClosed, RoleMissing …"""
    require_may_move(by.pk, roles=TREASURY)

    def decide() -> None:
        now = locked(found.pk)
        if now.is_draft or now.is_proposed:
            Import.objects.filter(pk=now.pk).update(status=Status.CANCELLED, ended_at=Now())
        elif now.status != Status.CANCELLED:
            raise ImportIsClosed

    in_one_transaction(decide)


def locked(found: int) -> Import:
    """The import with this id, locked. Only inside a transaction, before any of its rows."""
    return Import.objects.select_for_update(no_key=True).get(pk=found)


def require_draft(found: Import) -> None:
    """Locks the import. Raises ImportIsClosed."""
    if not locked(found.pk).is_draft:
        raise ImportIsClosed


def count_change(found: Import) -> None:
    """Who confirms what the page showed before is refused from then on."""
    Import.objects.filter(pk=found.pk).update(revision=F("revision") + 1)


def maker_of(found: Import, target: int | None) -> int | None:
    """Who makes the transfers for this member: the person who confirmed, unless the member is that person.

    Nobody acts as staff on their own account, so the second person makes those. None: nobody can.
    """
    return found.approved_by_id if target == found.confirmed_by_id else found.confirmed_by_id


def let_in_by(*people: int | None) -> int | None:
    """The first of these people who is an administrator and may act: they alone let people in. None: nobody may."""
    able = (each for each in people if each is not None and not may_not_move(each, roles=ADMINISTRATORS))
    return next(able, None)


def _confirmed(found: Import, by: User, revision: int, limit: Money) -> Import:
    if found.revision != revision:
        raise ChoicesChanged
    rows = list(found.rows.order_by("number"))
    if not all(row.is_decided for row in rows):
        raise RowsUndecided
    if not rows and found.seller_id is None:
        raise SellerMissing  # a file comes once, so nothing of it would ever be imported
    chosen = [row for row in rows if row.action != Action.SKIP]
    for row in rows:
        row.of_import = found
    total = sum(abs(row.opening_minor) + abs(row.difference_minor) for row in chosen)
    takes_two = (
        total + _confirmed_alone(by, found.currency_code) > limit.minor
        or (by.role not in ADMINISTRATORS and any(row.action == Action.REGISTER for row in chosen))
        or any(row.target_id == by.pk for row in chosen)
    )
    status = Status.PROPOSED if takes_two else Status.RUNNING
    Import.objects.filter(pk=found.pk).update(status=status, confirmed_by=by, confirmed_at=Now(), total_minor=total)
    return _started(found)


def _approved(found: Import, by: User) -> Import:
    assert found.confirmed_by_id is not None
    if by.pk == found.confirmed_by_id:
        raise SecondPersonMissing
    require_two(found.confirmed_by_id, by.pk)
    if not let_in_by(found.confirmed_by_id, by.pk) and _registers(found):
        raise AdministratorMissing
    Import.objects.filter(pk=found.pk).update(status=Status.RUNNING, approved_by=by, approved_at=Now())
    return _started(found)


def _started(found: Import) -> Import:
    """Reads the import again. Once it runs, whoever is left out is decided, and so are products without a seller."""
    found = locked(found.pk)
    if found.status == Status.RUNNING:
        found.rows.filter(action=Action.SKIP, outcome=Outcome.WAITING).update(outcome=Outcome.SKIPPED)
        if found.seller_id is None:
            left_out = {"outcome": ImportProduct.Outcome.SKIPPED, "outcome_text": _("Nobody was chosen to sell it.")}
            found.products.update(**left_out)
    return found


def _registers(found: Import) -> bool:
    return found.rows.filter(action=Action.REGISTER).exists()


def _confirmed_alone(by: User, currency_code: str) -> int:
    """What this person confirmed alone lately, in minor units of this currency.

    Otherwise one large import could come as many small ones.
    """
    alone = Import.objects.filter(confirmed_by=by, approved_by=None, currency_code=currency_code)
    lately = alone.filter(confirmed_at__gt=Now() - COUNTED).exclude(status__in=[Status.PROPOSED, Status.CANCELLED])
    return int(lately.aggregate(sum=Sum("total_minor"))["sum"] or 0)


def _choose_in_group(found: Import, group: str, takes: str | None) -> int:
    rows = found.rows.filter(queries.SHOWN[group])
    if not takes:
        return rows.filter(queries.UNDECIDED).update(action=Action.SKIP)
    return rows.exclude(action=Action.SKIP).exclude(**{f"{takes}_minor__lt": 0}).update(takes=takes)


def _member(row: ImportRow, handle: str) -> User:
    wallet = wallets_by_handles([handle]).get(handle) if handle else None
    others = row.of_import.rows.exclude(pk=row.pk)
    if (
        wallet is None
        or wallet.owner is None
        or not wallet.owner.is_active
        or not wallet.running  # a merchant's wallet has no balance of its own to open
        or wallet.currency_code != row.of_import.currency_code
        or others.filter(target=wallet.owner).exists()
    ):
        raise NobodyToMatch
    return wallet.owner


def _require_possible(row: ImportRow) -> None:
    """Raises RowHasProblem, DebtRefused."""
    if row.action == Action.SKIP:
        return
    if row.problem and row.action:
        raise RowHasProblem
    if (row.takes == Takes.CLAIMED and row.claimed is None) or (
        row.takes == Takes.RECOMPUTED and row.recomputed is None
    ):
        raise RowHasProblem
    if row.taken is None or row.taken.minor >= 0 or queries.is_new(row):
        return  # a new member begins with the debt that there is
    if row.target and row.taken < queries.room_below(row.target):
        raise DebtRefused
