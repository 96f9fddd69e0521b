"""The preview of a statement: what each row would book, before any money moves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people.errors import AccountFrozen, OwnAccount
from accounts.people.standing import may_not_move
from conversion.errors import InvalidAmount
from conversion.money import Currency
from conversion.parsing import parse_amount
from ledger.models import Wallet
from treasury.banks.models import Clearing

from .errors import PayeeUnknown, ReferenceMissing, ReferenceReused
from .files import RawRow
from .models import Deposit
from .payees import wallets_for

REFERENCE = re.compile(r"[\x20-\x7e]{1,64}", re.ASCII)

Problem = tuple[str, str | Promise]  # a stable code, and its text for staff; two empty texts: none


def problems_of(rows: Sequence[RawRow], *, clearing: Clearing, by: User) -> list[Problem]:
    """Why each row cannot be booked, in the order of the rows."""
    wallets = wallets_for(row.to for row in rows if row.to)
    barred = may_not_move(by.pk, payees=[wallet.owner_id for wallet in wallets.values()]) - {by.pk}
    references = {row.reference for row in rows}
    known = {
        deposit.bank_reference: deposit
        for deposit in Deposit.objects.filter(bank=clearing.bank_id, bank_reference__in=references)
    }
    unit = clearing.wallet.currency
    return [_problem(row, wallets.get(row.to), unit, by, barred, known.get(row.reference)) for row in rows]


def _problem(
    row: RawRow, wallet: Wallet | None, unit: Currency, by: User, barred: set[int], known: Deposit | None
) -> Problem:
    if row.has_too_many_cells:
        text = _("This line has more cells than there are columns. If an amount has a comma, put it in quotes.")
        return "too_many_cells", text
    if row.date_typed:
        return "date_unreadable", _("Please write the date like 2026-11-26.")
    if not row.reference:
        return ReferenceMissing.code, ReferenceMissing.message
    if not REFERENCE.fullmatch(row.reference):
        return "reference_unreadable", _("A reference has at most 64 letters, digits and signs of ASCII.")
    try:
        amount = parse_amount(row.amount, unit)
    except InvalidAmount as error:
        return error.code, error.message
    if wallet is None:
        return PayeeUnknown.code, PayeeUnknown.message
    if wallet.currency != unit:
        return "wrong_currency", _("This member's wallet is in %(code)s.") % {"code": wallet.currency_code}
    if known and (known.wallet_id, known.amount_minor) != (wallet.pk, amount.minor):
        return ReferenceReused.code, str(ReferenceReused("to" if known.wallet_id != wallet.pk else "amount"))
    if known:
        return "", ""
    if wallet.owner_id == by.pk:
        return OwnAccount.code, OwnAccount.message
    if wallet.owner_id in barred:
        return AccountFrozen.code, AccountFrozen.message
    return "", ""
