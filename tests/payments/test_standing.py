"""Who may move money: every verb of `verbs.py`, with the payer or the payee barred, at two moments.

The person is barred either before the verb reads anything, or between its first checks and the money transaction. To
bar a person is to freeze or deactivate them, or to take their role away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from allauth.account.models import EmailAddress
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.people.errors import AccountFrozen, RoleMissing
from conversion.errors import PaymentError
from tests.base import MoneyTestCase
from tests.cast import person
from tests.model.system import DIGEST
from treasury.models import MassPayment

from .verbs import OF_A_ROLE, TABLE, Act, Verb, look_at_a_transfer, taking_cash, verbs

BARS: dict[str, dict[str, Any]] = {
    "frozen": {"frozen": True},
    "inactive": {"is_active": False},
    "another role": {"role": "auditor"},
}


class EveryVerb(MoneyTestCase):
    def test_is_in_the_table_with_the_sides_it_has(self) -> None:
        sides = {name: (bool(verb.payer), bool(verb.payee)) for name, verb in verbs().items()}
        self.assertEqual(sides, {name: tuple(side is not None for side in row) for name, row in TABLE.items()})

    def test_is_done_where_everybody_may(self) -> None:
        for name, verb in verbs().items():
            with self.subTest(name):
                self.assertEqual(came_of(verb.begin()()), "done")

    def test_asks_for_no_confirmed_address(self) -> None:
        for verified in (False, True):
            EmailAddress.objects.update(verified=verified)
            for name, verb in verbs().items():
                with self.subTest(name, verified=verified):
                    self.assertEqual(came_of(verb.begin()()), "done")

    def test_does_what_the_table_says_when_somebody_was_barred_before(self) -> None:
        for name, verb, side, expected, bar in self.every_case():
            with self.subTest(name, side=side, bar=bar):
                look = verb.begin()
                make(getattr(verb, side), **BARS[bar])
                before = books()
                self.assertEqual(came_of(after(look)), expected)
                self.assertEqual(books() == before, expected in ("refused", "paused"))

    def test_does_what_the_table_says_when_somebody_is_barred_between_the_look_and_the_transaction(self) -> None:
        for name, verb, side, expected, bar in self.every_case():
            with self.subTest(name, side=side, bar=bar):
                act = verb.begin()()
                before = books()
                with barred_at_the_last_moment(getattr(verb, side), bar):
                    self.assertEqual(came_of(act), expected)
                self.assertEqual(books() == before, expected in ("refused", "paused"))

    def test_sent_again_is_answered_as_the_first_time(self) -> None:
        for name, verb, side, _expected, bar in self.every_case():
            with self.subTest(name, side=side, bar=bar):
                act = verb.begin()()
                first = act()
                make(getattr(verb, side), **BARS[bar])
                before = books()
                self.assertEqual(act(), first)
                self.assertEqual(books(), before)

    def test_reads_no_table_of_people_in_its_money_transaction(self) -> None:
        """In SERIALIZABLE, a scan of a small table conflicts with every write to it, such as any saved profile."""
        for name, verb in verbs().items():
            with self.subTest(name):
                act = verb.begin()()
                with CaptureQueriesContext(connection) as captured:
                    act()
                statements = list(within_money_transactions(query["sql"] for query in captured))
                self.assertNotEqual(statements, [])
                for statement in statements:
                    self.assertNotRegex(statement, r"\baccounts_(user|standing)\b")

    def every_case(self) -> Iterator[tuple[str, Verb, str, str, str]]:
        """Every (name, verb, side, expected, bar) of TABLE; after each case the person may move money again.

        Another role only has an effect on the payer of a verb in OF_A_ROLE.
        """
        for name, (payer, payee) in TABLE.items():
            verb = verbs()[name]
            for side, expected in (("payer", payer), ("payee", payee)):
                if expected is None:
                    continue
                for bar in BARS:
                    takes_effect = bar != "another role" or (side == "payer" and name in OF_A_ROLE)
                    role = person(getattr(verb, side)).role
                    yield name, verb, side, expected if takes_effect else "done", bar
                    make(getattr(verb, side), frozen=False, is_active=True, role=role)


class Said(MoneyTestCase):
    """What the text of a refusal says."""

    def test_whose_account_it_is(self) -> None:
        for name, text in (("alice", "Your account is frozen."), ("bob", "This account is frozen.")):
            with self.subTest(name):
                act = look_at_a_transfer()
                make(name, frozen=True)
                with self.assertRaises(AccountFrozen) as refused:
                    act()
                self.assertIn(text, str(refused.exception))
                self.assertEqual(refused.exception.code, "account_frozen")
                make(name, frozen=False)

    def test_that_a_role_is_missing(self) -> None:
        for changes, error, text in (
            ({"role": "auditor"}, RoleMissing, "Your role does not allow this."),
            ({"role": "auditor", "frozen": True}, AccountFrozen, "Your account is frozen."),
        ):
            with self.subTest(changes):
                act = taking_cash()
                make("cass", **changes)
                with self.assertRaises(error) as refused:
                    act()
                self.assertIn(text, str(refused.exception))
                make("cass", role="cashier", frozen=False)


def make(name: str, **changes: Any) -> None:
    """Changes the user's columns on another connection and commits, as another request would."""

    def update() -> None:
        type(person(name)).objects.filter(username=name).update(**changes)
        connections.close_all()

    thread = threading.Thread(target=update)
    thread.start()
    thread.join()


@contextmanager
def barred_at_the_last_moment(name: str, bar: str) -> Iterator[None]:
    """Within the block, bars the person when the first durable transaction starts: earlier checks are done."""
    enter, pending = transaction.Atomic.__enter__, [bar]

    def begin(atomic: Any) -> None:
        if atomic.durable and pending:
            make(name, **BARS[pending.pop()])
        enter(atomic)

    with mock.patch.object(transaction.Atomic, "__enter__", begin):
        yield
    assert not pending


def after(look: Callable[[], Act]) -> Act:
    return lambda: look()()


def came_of(act: Act) -> str:
    """The result as TABLE names it, or the class name of any other PaymentError."""
    try:
        answer = act()
    except (AccountFrozen, RoleMissing):
        return "refused"
    except PaymentError as other:
        return type(other).__name__
    return answer if answer in ("paused", "row declined") else "done"


def books() -> str:
    """A text that changes if money, a hold, a request, a notice or a mass payment changes."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST)
        requests_and_rows = cursor.fetchone()[0]
    return f"{requests_and_rows} {list(MassPayment.objects.order_by('pk').values_list('status', 'row_count'))}"


def within_money_transactions(statements: Iterator[str]) -> Iterator[str]:
    """The statements from SET TRANSACTION ISOLATION LEVEL SERIALIZABLE up to COMMIT."""
    is_within = False
    for statement in statements:
        is_within = (is_within or "ISOLATION LEVEL SERIALIZABLE" in statement) and statement != "COMMIT"
        if is_within:
            yield statement
