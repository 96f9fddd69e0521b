"""The seeded bugs. Each is a mistake that a programmer could make; most of them have been made."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection, transaction

from accounts.people import access, standing
from accounts.people.roles import STAFF
from accounts.pins import pin as pins
from api.access import Scope, known_scopes
from conversion import rates
from conversion.money import Money
from events import letters as frame
from events.models import Notification
from ledger import transactions as db
from ledger.errors import Busy, InsufficientFunds
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting
from ledger.wallets import system_wallet
from outbox.letters import service as letters
from outbox.models import Preference
from outbox.preferences import queries as preference_queries
from outbox.preferences import service as preferences
from payments.holds import service as holds
from payments.owners import wallet_of
from payments.requests import payables
from payments.reversals import service as reversals
from payments.top_ups import service as topups
from payments.transfers import queries as transfer_queries
from payments.transfers import service as transfers
from treasury.deposits import service as deposits
from treasury.deposits.kinds import DEPOSIT
from treasury.json_wallet import numbers as json_numbers
from treasury.json_wallet import service as json_wallet
from treasury.withdrawals import endings, filing
from treasury.withdrawals import service as withdrawals

from . import deliveries
from .planting import Bug, all_of, in_sql, patched

LETTERS, PREFERENCES, STATEMENTS = (f"tests.outbox.test_{name}" for name in ("letters", "preferences", "statements"))
RACES = "tests.concurrency.test_races"
LEDGER = "tests.ledger.test_ledger"
SENDING = "tests.payments.test_sending"
UNDOING = "tests.payments.test_topups_and_undo"
DEPOSITS, JSON_WALLET, WITHDRAWALS = (
    f"tests.treasury.test_{name}" for name in ("deposits", "json_wallet", "withdrawals")
)
ACCESS = "tests.lab.attacks.test_access"
HOLDS, REFUNDS, MERCHANTS = (f"tests.payments.test_{name}" for name in ("holds", "refunds", "merchants"))


WITHOUT_LOCKS = patched(db, "_lock_statement", lambda right: lambda wallets: "")


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
    def line(wallets: Any) -> str:
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


def _reference_of_each_wallet(right: Any) -> Any:
    """The key of a deposit that also depends on its wallet, so that a reference is booked once in each."""

    def deposit(**asked: Any) -> Any:
        of_wallet = f"{asked['wallet'].pk}/{asked['reference']}"
        return right(**asked | {"reference": of_wallet})

    return deposit


def _from_nowhere(right: Any) -> Any:
    """A deposit that comes out of the system's grants, so that the bank owes nothing."""

    def post(instruction: Any, **by: Any) -> Any:
        if instruction.kind == DEPOSIT:
            (leg,) = instruction.legs
            grants = system_wallet("grants", leg.amount.code)
            instruction = replace(instruction, legs=(replace(leg, source=grants),))
        return right(instruction, **by)

    return post


def _returned_from_nowhere(right: Any) -> Any:
    """A returned withdrawal that comes out of the system's grants, so that the bank still owes what it sent back."""

    def post(instruction: Any, **by: Any) -> Any:
        (leg,) = instruction.legs
        grants = system_wallet("grants", leg.amount.code)
        return right(replace(instruction, legs=(replace(leg, source=grants),)), **by)

    return post


def _of_this_file_alone(right: Any) -> Any:
    """What one person pays out alone, counted anew for each file."""

    return lambda by, unit: Money(0, unit)


def _holds_left_open(right: Any) -> Any:
    return lambda instructions, **by: right([replace(each, hold=None) for each in instructions], **by)


def _with_that_of_withdrawals(right: Any) -> Any:
    return type("Every", (), {"values": [*right.values, "withdrawal"], "TWO_STEP": right.TWO_STEP})


def _by_a_float(right: Any) -> Any:
    """The amount as a float times a hundred, cut off: 1.15 is 114.99999999999999 pence then."""

    def amount_in(value: Any, unit: Any) -> Any:
        money = right(value, unit)
        return replace(money, minor=int(float(value) * 10**unit.exponent))

    return amount_in


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


def _choice_for_all(right: Any) -> Any:
    """Who wants no letters of a kind gets none, whatever the kind is about."""

    def decide(deciding: Any, notices: Any) -> None:
        unwanted = Preference.objects.filter(user=deciding.user, choice="never").values_list("topic", flat=True)
        dropped = [notice.pk for notice in notices if notice.kind in unwanted]
        Notification.objects.filter(pk__in=dropped).update(mail_due_at=None)
        right(deciding, [notice for notice in notices if notice.pk not in dropped])

    return decide


def _stopped_by_a_look(right: Any) -> Any:
    def stop_of(token: str) -> Any:
        preferences.stop(what := right(token))
        return what

    return stop_of


def _without_key(right: Any) -> Any:
    return lambda contents, **about: right(contents, **(about | {"key": None}))


BUGS: dict[str, Bug] = deliveries.BUGS | {
    "preference_applied_to_security": Bug(
        "a letter about security is not written to who chose so",
        patched(letters._Decisions, "decide", _choice_for_all),
        (LETTERS,),
    ),
    "letters_stopped_by_a_look": Bug(
        "whoever looks at the link in a letter stops such letters",
        patched(preference_queries, "stop_of", _stopped_by_a_look),
        (PREFERENCES,),
    ),
    "letters_without_key": Bug(
        "nothing but the queue makes sure that a letter is written once",
        patched(frame, "write", _without_key),
        (LETTERS, STATEMENTS),
    ),
    "reference_unique_for_each_wallet": Bug(
        "a bank's reference is booked once in each wallet, and not once",
        patched(deposits, "deposit", _reference_of_each_wallet),
        (DEPOSITS,),
    ),
    "deposit_without_bank_entry": Bug(
        "a deposit is not taken from the bank's wallet", patched(deposits, "post", _from_nowhere), (DEPOSITS,)
    ),
    "cap_of_a_bank_not_counted": Bug(
        "a bank's deposit does not count against its daily cap",
        in_sql(("SET day = today, counted_minor = p_amount + CASE", "SET day = today, counted_minor = CASE")),
        (DEPOSITS,),
    ),
    "payout_account_usable_at_once": Bug(
        "a bank account that was added a moment ago can be used",
        patched(withdrawals, "_require_usable", lambda right: lambda account, now: None),
        (WITHDRAWALS,),
    ),
    "approval_by_any_of_staff": Bug(
        "every role of staff approves withdrawals",
        patched(withdrawals, "TREASURY", lambda right: STAFF),
        (WITHDRAWALS,),
    ),
    "own_withdrawal_sent_to_the_bank": Bug(
        "who makes the file may be the member in it",
        patched(filing, "require_may_move", lambda right: lambda asker, **more: right(asker, roles=more["roles"])),
        (WITHDRAWALS,),
    ),
    "four_eyes_for_each_file": Bug(
        "what one person pays out alone is counted for each file, and not for the day",
        patched(filing, "_alone_until_now", _of_this_file_alone),
        (WITHDRAWALS,),
    ),
    "hold_left_open_by_its_file": Bug(
        "a file books its withdrawals and captures no hold",
        patched(filing, "post_all", _holds_left_open),
        (WITHDRAWALS,),
    ),
    "returned_from_nowhere": Bug(
        "a withdrawal that comes back is not taken from the bank's wallet",
        patched(endings, "post", _returned_from_nowhere),
        (WITHDRAWALS,),
    ),
    "hold_of_a_withdrawal_is_a_hold": Bug(
        "the worker lets the hold of a withdrawal expire",
        patched(holds, "Purpose", _with_that_of_withdrawals),
        (WITHDRAWALS,),
    ),
    "step_of_a_withdrawal_not_told": Bug(
        "programs do not hear that a withdrawal was approved or paid",
        in_sql(
            (
                "WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION treasury_tell_of_withdrawal",
                "WHEN (false) EXECUTE FUNCTION treasury_tell_of_withdrawal",
            )
        ),
        ("tests.api.test_withdrawals",),
    ),
    "amount_through_a_float": Bug(
        "an amount of the JSON wallet is calculated as a float",
        patched(json_numbers, "amount_in", _by_a_float),
        (JSON_WALLET,),
    ),
    "unpinned_not_counted": Bug(
        "what is paid without the PIN is not counted",
        patched(json_wallet, "_count_unpinned", lambda right: lambda *about, counts: None),
        (JSON_WALLET,),
    ),
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
