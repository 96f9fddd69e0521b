"""What tests of withdrawals need first: an account, a request, an approved one, one at the bank."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django.db import connection

from accounts.models import User
from conversion.money import Money
from events.models import Notification
from ledger.wallets import balance_of
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import PIN, gbp, person
from tests.runner import as_owner
from treasury.models import Clearing, PayoutAccount, PayoutFile, Withdrawal
from treasury.payout_accounts.service import add_account
from treasury.withdrawals import service
from treasury.withdrawals.filing import file_withdrawals

from .banks import a_bank

IBAN = "GB82WEST12345698765432"


class Withdrawals(MoneyTestCase):
    def setUp(self) -> None:
        self.bank, self.alice, self.tess, self.admin = a_bank(), person("alice"), person("tess"), person("admin")

    def clearing(self) -> Money:
        return balance_of(Clearing.objects.get(bank=self.bank, wallet__currency_code="GBP").wallet)

    def assert_is(self, found: Withdrawal, status: str, *, held: str, balance_is: str) -> None:
        found.refresh_from_db()
        self.assertEqual(found.status, status)
        wallet = wallet_of(found.member)
        self.assertEqual((wallet.held, wallet.settled), (gbp(held), gbp(balance_is)))

    def told(self, member: User) -> list[str]:
        rows = Notification.objects.filter(user=member, kind__startswith="withdrawal").order_by("id")
        return [kind.removeprefix("withdrawal_") for kind in rows.values_list("kind", flat=True)]


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
