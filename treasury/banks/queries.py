"""Finding banks, their clearings, and what they hold for us."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Currency

from .errors import BankLacksCurrency
from .models import Bank, Clearing


def banks() -> QuerySet[Bank]:
    """All banks, by name, with their clearings."""
    in_order = Clearing.objects.select_related("wallet").order_by("wallet__currency_code")
    rows = Bank.objects.select_related("user").prefetch_related(Prefetch("clearings", in_order))
    return rows.order_by("user__first_name", "pk")


def bank_called(username: str) -> Bank:
    """The bank with this username. Raises NotFound."""
    if (found := banks().filter(user__username=username).first()) is None:
        raise NotFound
    return found


def bank_with(reference: UUID) -> Bank:
    """The bank with this reference. Raises NotFound."""
    if (found := banks().select_related("changed_by", "confirmed_by").filter(reference=reference).first()) is None:
        raise NotFound
    return found


def unconfirmed() -> list[Bank]:
    """The banks that deposit nothing until somebody has confirmed what was changed."""
    return list(banks().filter(changed_by__isnull=False, confirmed_by__isnull=True))


def is_confirmed(bank: Bank) -> bool:
    """As stored now: for the money transaction, which joins no row of a person."""
    return not Bank.objects.filter(pk=bank.pk, changed_by__isnull=False, confirmed_by__isnull=True).exists()


def bank_of(user: User) -> Bank | None:
    """The bank of this account; None for everybody else."""
    found = Bank.objects.filter(user=user).first()
    if found is not None:
        found.user = user
    return found


def clearing_of(bank: Bank, unit: Currency) -> Clearing:
    """The bank's clearing in this currency. Raises BankLacksCurrency."""
    rows = Clearing.objects.select_related("wallet")
    found = rows.filter(bank=bank, wallet__currency_code=unit.code).first()
    if found is None:
        raise BankLacksCurrency(unit.code)
    return found


def banks_with_iban(unit: Currency) -> list[Bank]:
    """The banks that take transfers in this currency: active, with an IBAN."""
    rows = Bank.objects.select_related("user").filter(user__is_active=True, user__frozen=False).exclude(iban="")
    return list(rows.filter(clearings__wallet__currency_code=unit.code).order_by("pk"))
