"""The real system behind the same verbs as the model (`books.Books`), and a view of all that it stores."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection, connections

from conversion import rates
from conversion.money import Money, currency
from ledger import audit, seals, verification
from ledger.exchange import legs_between
from ledger.models import Hold, Transfer, Wallet
from ledger.posting import Instruction, Leg, post_all
from ledger.settlement import settle
from ledger.transactions import in_one_transaction, moving_nothing
from ledger.wallets import close, settle_wallet
from payments import owners
from payments.holds import queries as hold_queries
from payments.holds import service as holds
from payments.models import PaymentRequest, Quote
from payments.requests import service as requests
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.top_ups.service import top_up_on_trust
from payments.transfers.kinds import PAYMENT
from payments.transfers.quotes import quote_transfer
from payments.transfers.service import send_money
from tests.cast import merchant, person
from tests.runner import restore
from treasury.cash_desk import service as cash_desk

from .books import CURRENCIES, Made, Row

NOWHERE = 10**9  # no wallet has this id
BRIEF = dt.timedelta(microseconds=1)

# A digest of everything that changes only when an operation succeeds. Settling changes the balance in a wallet's row,
# but moves no money, so the digest uses ledger_balance, which includes pending entries. Declined transfers and holds
# are stored and move nothing, so the digest leaves them out.
DIGEST = """
    SELECT md5(concat(
        (SELECT string_agg(t::text, '|' ORDER BY id) FROM ledger_transfer t WHERE outcome = 'booked'),
        (SELECT string_agg(e::text, '|' ORDER BY transfer_id, line) FROM ledger_entry e),
        (SELECT string_agg(h::text, '|' ORDER BY id) FROM ledger_hold h WHERE status <> 'declined'),
        (SELECT string_agg(concat(id, ' ', ledger_balance(id), ' ', held, ' ', seq, ' ', floor), '|' ORDER BY id)
           FROM ledger_wallet),
        (SELECT string_agg(p::text, '|' ORDER BY id) FROM payments_paymentrequest p),
        (SELECT string_agg(u::text, '|' ORDER BY id) FROM payments_topup u),
        (SELECT string_agg(n::text, '|' ORDER BY id) FROM events_notification n)))
"""
PURSES = """
    SELECT CASE WHEN w.owner_id IS NULL THEN concat(w.purpose, ' ', w.currency)
                WHEN w.purpose = 'drawer' THEN concat('drawer ', u.username, ' ', w.currency) ELSE u.username END,
           w.currency, w.held, w.balance - w.held >= w.floor, ledger_balance(w.id), ledger_balance_at(w.id, %s)
      FROM ledger_wallet w LEFT JOIN accounts_user u ON u.id = w.owner_id
     WHERE w.currency = ANY (%s) AND (u.username IS NULL OR u.username = ANY (%s))
"""


@dataclass(frozen=True, slots=True)
class Purse:
    currency: str
    held: int
    is_above_floor: bool
    balance: int
    balance_then: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the system stores, as `look` found it. `moment` is the moment that `balance_then` is for."""

    moment: dt.datetime
    digest: str
    purses: dict[str, Purse]

    @property
    def balances(self) -> dict[str, int]:
        return {name: purse.balance for name, purse in self.purses.items() if purse.balance}

    @property
    def balances_then(self) -> dict[str, int]:
        return {name: purse.balance_then for name, purse in self.purses.items() if purse.balance_then}


class System:
    """The system with a new database, which holds the cast and a kiosk."""

    def __init__(self) -> None:
        name = connection.settings_dict["NAME"]
        connections.close_all()
        restore(name)
        merchant("kiosk", currency=CURRENCIES["kiosk"])

    # The verbs of the model ---------------------------------------------------------------------------------------

    def quote(self, *, maker: str, payee: str, minor: int, key: int) -> None:
        target = wallet_of(payee)
        quote_transfer(maker=person(maker), payee=target, amount=money(minor, maker), note="", key=UUID(int=key))

    def quote_request(self, *, request: Made, key: int) -> None:
        asked = _request(request)
        requests.quote_request(payer=asked.payer, payment_request=asked, key=UUID(int=key))

    def confirm(self, *, maker: str, key: int) -> None:
        related = "source__owner", "target__owner", "maker", "payment_request"
        quote = Quote.objects.select_related(*related).get(maker__username=maker, key=UUID(int=key))
        send_money(payer=person(maker), quote=quote, pin=None)

    def ask(self, *, requester: str, payer: str, minor: int, key: int) -> None:
        requests.ask_for_money(
            requester=person(requester),
            payer=person(payer),
            amount=money(minor, requester),
            note="",
            key=UUID(int=key),
        )

    def decline(self, *, request: Made) -> None:
        asked = _request(request)
        requests.decline_request(payer=asked.payer, payment_request=asked)

    def cancel(self, *, request: Made) -> None:
        asked = _request(request)
        requests.cancel_request(requester=asked.requester, payment_request=asked)

    def top_up(self, *, member: str, minor: int, key: int) -> None:
        top_up_on_trust(member=person(member), amount=money(minor, member), key=UUID(int=key))

    def take_cash(self, *, cashier: str, member: str, minor: int, key: int) -> None:
        cash_desk.take_cash(
            cashier=person(cashier), member=person(member), amount=money(minor, member), key=UUID(int=key)
        )

    def undo(self, *, maker: str, transfer: Made, key: int) -> None:
        reversals.undo(maker=person(maker), transfer=_transfer(transfer), key=UUID(int=key))

    def refund(self, *, payee: str, transfer: Made, minor: int, key: int) -> None:
        paid = _transfer(transfer)
        amount = Money(minor, paid.target.currency)
        refunds.refund(payee=person(payee), transfer=paid, amount=amount, key=UUID(int=key), pin=None)

    def place(self, *, payer: str, payee: str, minor: int, purpose: str, brief: bool, key: int) -> None:
        holds.place_hold(
            payer=person(payer),
            payee=wallet_of(payee),
            amount=money(minor, payer),
            note="",
            purpose=purpose,
            key=UUID(int=key),
            pin=None,
            lives=BRIEF if brief else None,
        )

    def capture(self, *, hold: Made, minor: int, key: int) -> None:
        held = _hold(hold)
        amount, payee = Money(minor, held.source.currency), held.target.owner
        assert payee is not None
        holds.capture_hold(payee=payee, hold=held, amount=amount, key=UUID(int=key))

    def release(self, *, hold: Made, by: str) -> None:
        holds.release_hold(by=person(by), hold=_hold(hold))

    def expire_holds(self) -> int:
        return holds.expire_due_holds()

    def pay_many(self, *, payer: str, rows: list[Row]) -> list[tuple[str, bool, str | None]]:
        source = wallet_of(payer)
        assert source.owner_id is not None
        settle(source)
        instructions = [Instruction(key=UUID(int=row.key), kind=PAYMENT, legs=_legs(source, row)) for row in rows]
        touched = {leg_end for each in instructions for leg in each.legs for leg_end in (leg.source, leg.target)}
        running = Wallet.objects.filter(pk__in=touched, running=True).values_list("pk", flat=True)
        post = partial(post_all, instructions, made_by=source.owner_id, made_at=None)
        postings = in_one_transaction(post, wallets=[source.pk, *running])
        return [(posting.outcome, posting.repeated, posting.differs) for posting in postings]

    # Steps that move no money -------------------------------------------------------------------------------------

    def freeze(self, name: str, *, frozen: bool) -> None:
        get_user_model().objects.filter(username=name).update(frozen=frozen)

    def settle_and_close(self) -> None:
        for wallet in Wallet.objects.filter(running=False).values_list("pk", flat=True):
            moving_nothing(partial(_settle_and_close, wallet), wallets=[wallet])

    def seal(self) -> None:
        seals.seal_and_sign()

    # State --------------------------------------------------------------------------------------------------------

    def look(self, *, then: dt.datetime | None = None) -> Seen:
        """What the system stores now. `balance_then` is for the moment `then`, or for now by the database's clock."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moment = then or cursor.fetchone()[0]
            cursor.execute(DIGEST)
            digest = cursor.fetchone()[0]
            cursor.execute(PURSES, [moment, sorted(set(CURRENCIES.values())), list(CURRENCIES)])
            return Seen(moment, digest, {name: Purse(*rest) for name, *rest in cursor.fetchall()})

    def is_in_order(self) -> list[str]:
        """Everything that the audit and the verification of the seals find wrong; empty if all is well."""
        self.seal()
        result = verification.verify(public_key=None, witnessed=())
        wrong = [f"{breach.law}: {breach.found}" for breach in audit.breaches()] + result.findings
        if result.transfers + result.unsealed != Transfer.objects.count():
            wrong.append(f"the chain holds {result.transfers} transfers and {result.unsealed} wait")
        return wrong


def money(minor: int, name: str) -> Money:
    return Money(minor, currency(CURRENCIES[name]))


def wallet_of(name: str) -> Wallet:
    return owners.wallet_of(person(name))


def _legs(source: Wallet, row: Row) -> tuple[Leg, ...]:
    """The legs of a row, also where the row is impossible and the ledger must refuse it."""
    paid = Money(row.minor, source.currency)
    if row.payee not in CURRENCIES:
        return (Leg(source.pk, NOWHERE, paid),)
    payee = wallet_of(row.payee)
    if row.direct:
        return (Leg(source.pk, payee.pk, paid),)
    return legs_between(source, payee, paid=paid, received=rates.convert(paid, to=payee.currency))


def _settle_and_close(wallet: int) -> None:
    settle_wallet(wallet)
    close(wallet)


def _transfer(made: Made) -> Transfer:
    return Transfer.objects.select_related("source__owner", "target__owner").get(
        made_by__username=made[0], key=UUID(int=made[1])
    )


def _request(made: Made) -> PaymentRequest:
    related = "payer", "requester", "wallet__owner"
    return PaymentRequest.objects.select_related(*related).get(requester__username=made[0], key=UUID(int=made[1]))


def _hold(made: Made) -> Hold:
    return hold_queries.holds().get(made_by__username=made[0], key=UUID(int=made[1]))
