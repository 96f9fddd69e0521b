"""What changes rates: the worker asks for them, and administrators set and confirm them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.people.roles import ADMINISTRATORS, TREASURY
from accounts.people.standing import require_may_move
from conversion import storing
from conversion.fetching import fetch
from conversion.models import FETCHED, Rate
from conversion.money import Currency
from conversion.table import is_built_in
from events.kinds import NoticeKind
from events.notices import tell

from .errors import AnotherMustConfirm, RateIsClosed, RatesAreBuiltIn
from .kinds import RATE_SET, RATES_REFUSED


def fetch_rates() -> str:
    """Asks the source for its rates, stores what is new, and tells the treasury of what was refused.

    Returns what to log; "" where nothing is new. Raises NotFetched, Unusable.
    """
    if settings.RATES_SOURCE not in FETCHED:
        return ""
    document = fetch()
    with transaction.atomic():
        stored = storing.store(document)
        if stored.refused:
            _tell_treasury(RATES_REFUSED)
    if not stored.counting and not stored.refused:
        return ""
    refused = ", ".join(row.currency_code for row in stored.refused) or "none"
    return f"{len(stored.counting)} new rates of {document.dated:%Y-%m-%d}; refused: {refused}"


def set_rate(*, by: User, currency: Currency, per_pound: Decimal) -> Rate:
    """Sets how many units of the currency one pound is worth. One that moves too far waits for a colleague.

    All who could confirm it are told, and the rest of the treasury. Raises AccountFrozen, RoleMissing, RatesAreBuiltIn.
    """
    _require_may_set(by)
    with transaction.atomic():
        row = storing.set_rate(currency, per_pivot=per_pound, made_by=by.pk)
        _tell_treasury(RATE_SET, by=by, subject=row.reference)
    return row


def confirm(*, by: User, rate: Rate) -> Rate:
    """Lets a refused rate count.

    Raises AccountFrozen, RoleMissing, RatesAreBuiltIn, AnotherMustConfirm, RateIsClosed.
    """
    _require_may_set(by)
    if rate.made_by_id == by.pk:
        raise AnotherMustConfirm
    with transaction.atomic():
        try:
            row = storing.confirm(rate, made_by=by.pk)
        except storing.NotWaiting:
            raise RateIsClosed from None
        _tell_treasury(RATE_SET, by=by, subject=row.reference)
    return row


def _require_may_set(by: User) -> None:
    require_may_move(by.pk, roles=ADMINISTRATORS)
    if is_built_in():
        raise RatesAreBuiltIn


def _tell_treasury(kind: NoticeKind, *, by: User | None = None, subject: UUID | None = None) -> None:
    people: Iterable[User] = User.objects.filter(role__in=TREASURY, is_active=True)
    for each in people:
        if each != by:
            tell(each.pk, kind, actor=by.pk if by else None, subject=subject)
