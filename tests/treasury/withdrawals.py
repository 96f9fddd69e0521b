"""What tests of withdrawals need first: an account, a request, an approved one, one at the bank."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django.db import connection

from accounts.models import User
from conversion.money import Money
from tests.cast import PIN, person
from tests.runner import as_owner
from treasury.models import PayoutAccount, PayoutFile, Withdrawal
from treasury.payout_accounts.service import add_account
from treasury.withdrawals import service
from treasury.withdrawals.filing import file_withdrawals

IBAN = "GB82WEST12345698765432"


def an_account(member: User, iban: str = IBAN) -> PayoutAccount:
    """The member's account at a bank. It can be used at once (PAYOUT_ACCOUNT_AFTER_HOURS of the tests)."""
    return add_account(user=member, holder=member.get_full_name(), iban=iban, pin=PIN)


def requested(member: User, amount: str, **more: Any) -> Withdrawal:
    """A withdrawal of the member, in the member's currency."""
    asked: dict[str, Any] = {"account": an_account(member), "key": uuid4(), "pin": PIN} | more
    return service.request_withdrawal(member=member, amount=Money.of(amount, member.currency), **asked)


def approved(member: User, amount: str, *, by: User | None = None) -> Withdrawal:
    found = requested(member, amount)
    service.approve(by=by or person("tess"), withdrawal=found)
    found.refresh_from_db()
    return found


def file(*withdrawals: Withdrawal, by: User | None = None, **more: Any) -> PayoutFile:
    asked: dict[str, Any] = {"clearing": withdrawals[0].clearing, "key": uuid4(), "pin": PIN} | more
    return file_withdrawals(by=by or person("admin"), withdrawals=withdrawals, **asked)


def filed(member: User, amount: str) -> Withdrawal:
    """At the bank: approved by one person of the treasury, and sent by another."""
    found = approved(member, amount)
    file(found)
    found.refresh_from_db()
    return found


def age(found: Withdrawal, by: dt.timedelta) -> None:
    """Lets the withdrawal have been requested earlier, and its account have been added so, as the database's owner."""
    earlier = f"- interval '{by.days} days'"
    changes = (
        ("treasury_withdrawal", f"requested_at = requested_at {earlier}", found.pk),
        (
            "treasury_payoutaccount",
            f"created_at = created_at {earlier}, usable_at = usable_at {earlier}",
            found.payout_account_id,
        ),
    )
    for table, change, number in changes:
        off, on = (f"ALTER TABLE {table} {how} TRIGGER USER" for how in ("DISABLE", "ENABLE"))
        update = f"UPDATE {table} SET {change} WHERE id = {number}"
        as_owner(connection.settings_dict["NAME"], [off, update, on])
