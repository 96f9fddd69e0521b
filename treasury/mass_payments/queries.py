"""Queries of mass payments, for their maker, administrators and auditors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from accounts.people.standing import may_not_move
from conversion.errors import NotFound
from conversion.money import Currency, Money

from .kinds import MASS_PAYMENT
from .models import MassPayment, MassPaymentRow

Outcome = MassPaymentRow.Outcome
SEE_ALL = ("administrator", "auditor")
DECLINED = ~Q(outcome__in=[Outcome.WAITING, Outcome.BOOKED])
SHOWN = {"all": Q(), "problems": ~Q(problem=""), "warnings": ~Q(warning=""), "declined": DECLINED}
ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a mass payment are in each state, and the sums that were paid and declined."""

    problems: int
    warnings: int
    waiting: int
    booked: int
    declined: int
    paid: Money
    not_paid: Money

    @property
    def decided(self) -> int:
        return self.booked + self.declined


@dataclass(frozen=True, slots=True)
class RowsPage:
    """One page of rows. `more` is the line after which the next page begins, or None on the last page."""

    rows: list[MassPaymentRow]
    more: int | None


def mass_payments_of(user: User) -> QuerySet[MassPayment]:
    """The mass payments that `user` may see, newest first: all for administrators and auditors, else the user's own."""
    every = MassPayment.objects.select_related("source__owner", "maker").order_by("-id")
    return every if user.role in SEE_ALL else every.filter(maker=user)


def mass_payment_for(user: User, reference: UUID) -> MassPayment:
    """One mass payment. Raises NotFound where there is none, or `user` may not see it."""
    found = mass_payments_of(user).filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def was_title_paid(mass_payment: MassPayment) -> bool:
    """Whether the same maker confirmed another file under this title.

    If this file is a corrected version of that one, most people would be paid twice.
    """
    paid = MassPayment.objects.filter(confirmed_at__isnull=False, maker=mass_payment.maker_id)
    return paid.filter(title=mass_payment.title).exclude(pk=mass_payment.pk).exists()


def is_paused(mass_payment: MassPayment) -> bool:
    """Whether the worker does not pay it now, because its maker may not move money or make mass payments."""
    maker, roles = mass_payment.maker_id, MASS_PAYMENT.made_by_roles
    return mass_payment.is_running and bool(may_not_move(maker, roles=roles))


def tally_of(mass_payment: MassPayment) -> Tally:
    return tallies_of([mass_payment])[mass_payment.pk]


def tallies_of(mass_payments: Iterable[MassPayment]) -> dict[int, Tally]:
    """The tally of each mass payment, by its id, in one query. Every mass payment has rows, so none is missing."""
    currencies = {each.pk: each.source.currency for each in mass_payments}
    rows = MassPaymentRow.objects.filter(mass_payment__in=currencies).values("mass_payment_id")
    sums = rows.annotate(
        problems=Count("id", filter=SHOWN["problems"]),
        warnings=Count("id", filter=SHOWN["warnings"]),
        waiting=Count("id", filter=Q(outcome=Outcome.WAITING)),
        booked=Count("id", filter=Q(outcome=Outcome.BOOKED)),
        declined=Count("id", filter=DECLINED),
        paid=Sum("amount_minor", filter=Q(outcome=Outcome.BOOKED)),
        not_paid=Sum("amount_minor", filter=DECLINED),
    )
    return {each["mass_payment_id"]: _tally(each, currencies[each["mass_payment_id"]]) for each in sums}


def _tally(sums: Mapping[str, Any], unit: Currency) -> Tally:
    counts = {name: sums[name] for name in ("problems", "warnings", "waiting", "booked", "declined")}
    paid, not_paid = (Money(int(sums[name] or 0), unit) for name in ("paid", "not_paid"))
    return Tally(**counts, paid=paid, not_paid=not_paid)


def rows_page(mass_payment: MassPayment, *, show: str, after: int, limit: int = ROWS_A_PAGE) -> RowsPage:
    """The page of `limit` rows that begins after line `after`, in the order of the file. `show` is a name in SHOWN."""
    rows = rows_of(mass_payment).filter(SHOWN[show], number__gt=after).select_related("target__owner")
    found = list(rows[: limit + 1])
    page = found[:limit]
    return RowsPage(page, page[-1].number if len(found) > limit else None)


def rows_of(mass_payment: MassPayment) -> QuerySet[MassPaymentRow]:
    return mass_payment.rows.select_related("transfer").order_by("number")
