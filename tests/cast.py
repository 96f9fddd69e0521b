"""The people in every test's database. They are registered once, through the services, and copied with the database.

alice, bob     members with 1000.00 GBP each
carla          a member with euros
yuki           a member with yen
cass           a cashier · tess a treasurer · audrey an auditor · admin an administrator
All of them have the password PASSWORD and the PIN PIN.

The functions below do in one call what most tests need first: a quote, a sent payment, a placed hold.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from accounts.models import User
from conversion.money import Money
from conversion.parsing import parse_amount
from ledger.models import Hold, Transfer
from payments.holds import service as holds
from payments.models import Quote
from payments.owners import wallet_of
from payments.registration.service import register
from payments.transfers.quotes import quote_transfer
from payments.transfers.service import send_money

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
            is_confirmed=True,
        )
        user.set_pin(PIN)


def merchant(username: str = "kiosk", *, currency: str = "GBP") -> User:
    """Registers a merchant and returns the user. Merchants are not part of the cast: only some tests need one."""
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


def person(username: str) -> User:
    return User.objects.get(username=username)


def balance(user: User) -> Money:
    """The settled balance of the user's wallet; pending entries of an append-only wallet are not in it."""
    return wallet_of(user).settled


def quoted(payer: User, payee: User, amount: str, *, note: str = "") -> Quote:
    """A new quote, under a new key, that is not confirmed. `amount` is as typed, in the payer's currency."""
    wallet = wallet_of(payer)
    return quote_transfer(
        maker=payer,
        payee=wallet_of(payee),
        amount=parse_amount(amount, wallet.currency),
        note=note,
        key=uuid4(),
    )


def sent(payer: User, payee: User, amount: str, *, note: str = "") -> Transfer:
    """Sends money under a new key and returns the booked transfer. `amount` is as typed, in the payer's currency."""
    return send_money(payer=payer, quote=quoted(payer, payee, amount, note=note), pin=PIN)


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def placed(
    payer: User,
    payee: User,
    amount: str,
    *,
    purpose: str = "authorization",
    key: UUID | None = None,
    pin: str = PIN,
    lives: dt.timedelta | None = None,
) -> Hold:
    """Places a hold and returns it. `amount` is as typed, in the payer's currency; `lives` is how long it is open."""
    return holds.place_hold(
        payer=payer,
        payee=wallet_of(payee),
        amount=parse_amount(amount, wallet_of(payer).currency),
        note="deposit",
        purpose=purpose,
        key=key or uuid4(),
        pin=pin,
        lives=lives,
    )
