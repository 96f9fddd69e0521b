"""The people every test knows, registered through the services once and then copied with the database.

alice, bob     members with 1000.00 GBP each
carla          a member with euros
yuki           a member with yen
cass           a cashier · tess a treasurer · audrey an auditor · admin an administrator
All have the password PASSWORD and the PIN PIN.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model

from accounts.services import register
from conversion.money import Money, parse_amount
from payments import queries
from payments.models import Hold, Quote, Transfer
from payments.services import holds, quotes, transfers

PASSWORD = "correct horse battery"
PIN = "246810"

PEOPLE = (
    ("alice", "Alice", "Archer", "GBP", "member"),
    ("bob", "Bob", "Baker", "GBP", "member"),
    ("carla", "Carla", "Conti", "EUR", "member"),
    ("yuki", "Yuki", "Yamada", "JPY", "member"),
    ("cass", "Cass", "Carter", "GBP", "cashier"),
    ("tess", "Tess", "Taylor", "GBP", "treasurer"),
    ("audrey", "Audrey", "Adler", "GBP", "auditor"),
    ("admin", "Ada", "Min", "GBP", "administrator"),
)


def make_cast() -> None:
    for username, first_name, last_name, currency, role in PEOPLE:
        user, _ = register(
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=f"{username}@example.org",
            password=PASSWORD,
            currency=currency,
            role=role,
        )
        user.set_pin(PIN)


def merchant(username: str = "kiosk", *, currency: str = "GBP") -> Any:
    """Not of the cast: moves in when asked for."""
    user, _ = register(
        username=username,
        first_name="The",
        last_name=username.title(),
        email=f"{username}@example.org",
        password=PASSWORD,
        currency=currency,
        role="merchant",
    )
    user.set_pin(PIN)
    return user


def person(username: str) -> Any:
    return get_user_model().objects.get(username=username)


def balance(user: Any) -> Money:
    return queries.wallet_of(user).settled


def quoted(sender: Any, recipient: Any, amount: str, *, note: str = "") -> Quote:
    wallet = queries.wallet_of(sender)
    return quotes.quote_transfer(
        maker=sender,
        recipient=queries.wallet_of(recipient),
        amount=parse_amount(amount, wallet.currency),
        note=note,
        key=uuid4(),
    )


def sent(sender: Any, recipient: Any, amount: str, *, note: str = "") -> Transfer:
    return transfers.send_money(sender=sender, quote=quoted(sender, recipient, amount, note=note), pin=PIN)


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def placed(
    payer: Any,
    payee: Any,
    amount: str,
    *,
    purpose: str = "authorization",
    key: UUID | None = None,
    pin: str = PIN,
    lives: dt.timedelta | None = None,
) -> Hold:
    return holds.place_hold(
        payer=payer,
        payee=queries.wallet_of(payee),
        amount=parse_amount(amount, queries.wallet_of(payer).currency),
        note="deposit",
        purpose=purpose,
        key=key or uuid4(),
        pin=pin,
        lives=lives,
    )
