"""The seeded bugs. Each is a mistake that a programmer could make; most of them have been made."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection, transaction

from accounts.people import access, standing
from accounts.pins import pin as pins
from api.access import Scope, known_scopes
from conversion import rates
from ledger import transactions as db
from ledger.errors import Busy, InsufficientFunds
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting
from payments.owners import wallet_of
from payments.requests import payables
from payments.reversals import service as reversals
from payments.top_ups import service as topups
from payments.transfers import queries as transfer_queries
from payments.transfers import service as transfers

from . import banking, deliveries, kiosks, letters, selling
from .planting import Bug, all_of, in_sql, patched

RACES = "tests.concurrency.test_races"
LEDGER = "tests.ledger.test_ledger"
SENDING = "tests.payments.test_sending"
UNDOING = "tests.payments.test_topups_and_undo"
ACCESS = "tests.lab.attacks.test_access"
HOLDS, REFUNDS, MERCHANTS = (f"tests.payments.test_{name}" for name in ("holds", "refunds", "merchants"))


WITHOUT_LOCKS = patched(db, "_lock_statement", lambda right: lambda wallets, names=(): "")


def _key_ignored(right: Any) -> Any:
    return lambda instruction: right(replace(instruction, key=uuid4()))


def _key_looked_up_beforehand(right: Any) -> Any:
    """Looks the key up first, in another transaction; then books under a random key that nobody repeats."""

    def send_money(*, payer: Any, quote: Any, pin: str | None) -> Transfer:
        known = Transfer.objects.filter(made_by=payer, key=quote.key).first()
        if known is not None:
            return known
        return right(payer=payer, quote=quote, pin=pin)

    return send_money


def _locked_in_the_order_asked(right: Any) -> Any:
    def line(wallets: Any, names: Any = ()) -> str:
        stripes = list(dict.fromkeys(f"stripes.s{wallet % db.STRIPES:03}" for wallet in wallets))
        return "".join(f"; LOCK TABLE {stripe} IN SHARE UPDATE EXCLUSIVE MODE" for stripe in stripes)

    return line


def _conflict_means_poor(right: Any) -> Any:
    def check_error(error: Any, is_lost: bool) -> None:
        if getattr(error.__cause__, "pgcode", None) == db.SERIALIZATION_FAILURE:
            raise InsufficientFunds from error
        right(error, is_lost)

    return check_error


def _lost_means_failed(right: Any) -> Any:
    def check_error(error: Any, is_lost: bool) -> None:
        if is_lost:
            raise Busy from error
        right(error, is_lost)

    return check_error


def _decline_rolled_back(right: Any) -> Any:
    def book(*about: Any) -> Any:
        posting = right(*about)
        if posting.outcome == Outcome.INSUFFICIENT_FUNDS:
            raise InsufficientFunds
        return posting

    return book


def _anybody_undoes(right: Any) -> Any:
    def undo(*, maker: Any, transfer: Transfer, key: Any) -> Transfer:
        return right(maker=transfer.made_by, transfer=transfer, key=key)

    return undo


def _pin_count_rolled_back(right: Any) -> Any:
    def verify(user: int, pin: str) -> bool:
        with transaction.atomic(durable=True):
            refusal, is_limited = pins._checked(user, pin)
            if refusal:
                raise refusal
        return is_limited

    return verify


def _rounded_up(right: Any) -> Any:
    def convert(money: Any, *, to: Any) -> Any:
        worth = right(money, to=to)
        return worth if to == money.currency else replace(worth, minor=worth.minor + 1)

    return convert


_before = threading.local()


def _looking_before(right: Any) -> Any:
    def top_up_on_trust(*, member: Any, amount: Any, key: Any) -> Transfer:
        _before.taken = None
        topups._taken_today(wallet_of(member))  # `_as_it_was_before`, which keeps its first answer
        return right(member=member, amount=amount, key=key)

    return top_up_on_trust


def _as_it_was_before(right: Any) -> Any:
    def taken_today(wallet: Any) -> Any:
        if getattr(_before, "taken", None) is None:
            _before.taken = right(wallet)
        return _before.taken

    return taken_today


def _read_committed(right: Any) -> Any:
    def beginning_with(words: str) -> Any:
        if connection.settings_dict["NAME"] == "wallet_template":  # otherwise the cast could not even be registered
            return right(words)
        return right(words.replace(db.SERIALIZABLE, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"))

    return beginning_with


def _swallowing(right: Any) -> Any:
    def post(instruction: Any, *, made_by: int, made_at: Any) -> Any:
        try:
            with transaction.atomic():
                return right(instruction, made_by=made_by, made_at=made_at)
        except DatabaseError:
            return Posting(0, uuid4(), Outcome.BOOKED, repeated=False)

    return post


def _asked_before_only(right: Any) -> Any:
    def asked(*about: Any) -> Any:
        now, may_not = right(*about)
        return now, set() if connection.in_atomic_block else may_not

    return asked


def _role_forgotten(right: Any) -> Any:
    def role_required(*roles: str) -> Any:
        return lambda view: login_required(view) if view.__name__ == "approve" else right(*roles)(view)

    return role_required


def _anybodys(right: Any) -> Any:
    def transfers_of(user: Any) -> Any:
        return Transfer.objects.select_related(
            "source__owner", "target__owner", "made_by", "reverses", "refunds", "hold"
        )

    return transfers_of


def _one_scope_for_two(right: Any) -> Any:
    def call(scope: Any, request: Any) -> Any:
        is_near = scope.code == "requests:pay" and request.auth and "requests:write" in request.auth.scopes
        return right(known_scopes["requests:write"] if is_near else scope, request)

    return call


BUGS: dict[str, Bug] = (
    deliveries.BUGS
    | letters.BUGS
    | banking.BUGS
    | selling.BUGS
    | kiosks.BUGS
    | {
        "no_key_check": Bug("the key is not looked at", patched(Instruction, "as_row", _key_ignored), (SENDING, RACES)),
        "key_in_a_second_transaction": Bug(
            "the key is looked up first and booked later",
            all_of(
                patched(Instruction, "as_row", _key_ignored),
                patched(transfers, "send_money", _key_looked_up_beforehand),
            ),
            (RACES,),
        ),
        "locks_in_the_order_asked": Bug(
            "wallets are locked as the request names them",
            patched(db, "_lock_statement", _locked_in_the_order_asked),
            (RACES,),
        ),
        "funds_checked_in_the_form_only": Bug(
            "the ledger books whatever the form let through",
            in_sql(
                ("RETURN p_balance - p_held < p_floor", "RETURN false"),
                and_then="ALTER TABLE ledger_wallet DROP CONSTRAINT IF EXISTS wallet_never_below_floor",
            ),
            (RACES, SENDING),
        ),
        "no_retry": Bug(
            "a conflict reaches the person",
            all_of(WITHOUT_LOCKS, lambda: setattr(db, "MOST_TRIES", 1)),
            (RACES,),
        ),
        "conflict_means_poor": Bug(
            "a conflict is called insufficient funds",
            all_of(WITHOUT_LOCKS, patched(db, "_raise_unless_worth_retrying", _conflict_means_poor)),
            (RACES,),
        ),
        "lost_means_failed": Bug(
            "a COMMIT without an answer is called a failure",
            patched(db, "_raise_unless_worth_retrying", _lost_means_failed),
            (RACES,),
        ),
        "decline_not_stored": Bug(
            "a decline is raised through the transaction", patched(transfers, "_book", _decline_rolled_back), (SENDING,)
        ),
        "hold_ignored": Bug(
            "what is held can be spent",
            in_sql(
                ("RETURN p_balance - p_held < p_floor", "RETURN p_balance < p_floor"),
                and_then="ALTER TABLE ledger_wallet DROP CONSTRAINT IF EXISTS wallet_never_below_floor",
            ),
            (HOLDS, MERCHANTS),
        ),
        "double_undo": Bug(
            "nothing says that a transfer is undone once",
            in_sql(and_then="DROP INDEX IF EXISTS transfer_reversed_at_most_once"),
            (UNDOING, RACES),
        ),
        "undo_by_a_stranger": Bug("anybody undoes anything", patched(reversals, "undo", _anybody_undoes), (UNDOING,)),
        "pin_count_rolled_back": Bug(
            "a wrong PIN raises through the transaction that counts it",
            patched(pins, "verify", _pin_count_rolled_back),
            ("tests.accounts.test_pin",),
        ),
        "rounding_for_the_customer": Bug(
            "what arrives is rounded up", patched(rates, "convert", _rounded_up), ("tests.conversion.test_rates",)
        ),
        "cap_outside_the_transaction": Bug(
            "the daily cap is looked at before the transaction, not within",
            all_of(
                patched(topups, "_taken_today", _as_it_was_before),
                patched(topups, "top_up_on_trust", _looking_before),
            ),
            (RACES,),
        ),
        "read_committed": Bug(
            "money is written at READ COMMITTED", patched(db, "_beginning_with", _read_committed), (LEDGER, SENDING)
        ),
        "swallowed_conflict": Bug(
            "a conflict is caught in a savepoint, and the rest committed",
            all_of(WITHOUT_LOCKS, patched(transfers, "post", _swallowing)),
            (RACES,),
        ),
        "request_paid_twice": Bug(
            "a closed request can be paid",
            patched(payables, "require_open", lambda right: lambda payment_request, now: None),
            ("tests.payments.test_requests", RACES),
        ),
        "standing_asked_before_only": Bug(
            "who may move money is asked for the page, and not in the transaction",
            patched(standing, "_asked", _asked_before_only),
            ("tests.payments.test_standing", SENDING),
        ),
        "one_sided_entry": Bug(
            "what arrives is not what left",
            in_sql(
                ("2 * n - 1, ids[t], i.legs[3 * n],", "2 * n - 1, ids[t], i.legs[3 * n] + 1,"),
                ("(transfer_id, 1, p_target, p_amount,", "(transfer_id, 1, p_target, p_amount + 1,"),
            ),
            (LEDGER, SENDING),
        ),
        "refund_without_a_bound": Bug(
            "more is given back than was paid", in_sql(("RETURN 'more_than_paid';", "RETURN 'booked';")), (REFUNDS,)
        ),
        "expired_hold_captured": Bug(
            "a hold is captured after its time",
            in_sql(("h.status <> 'open' OR h.expires_at <= p_moment", "h.status <> 'open'")),
            (HOLDS,),
        ),
        "role_forgotten": Bug(
            "a staff page asks for no role", patched(access, "role_required", _role_forgotten), (ACCESS,)
        ),
        "receipts_of_everybody": Bug(
            "the query of one's own transfers finds everybody's",
            patched(transfer_queries, "transfers_of", _anybodys),
            (ACCESS,),
        ),
        "asking_pays": Bug(
            "a token that may ask for money may pay requests, too",
            patched(Scope, "__call__", _one_scope_for_two),
            (ACCESS,),
        ),
    }
)
