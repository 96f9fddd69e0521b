"""Events: each is written in the transaction that makes it true, whatever moves the money, and is told once."""

from __future__ import annotations

import json
import threading
from collections import Counter
from unittest import mock
from uuid import uuid4

from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from events import types as event_types
from events.listeners import listen
from events.models import Event, Listener
from events.types import Happening
from ledger.models import Hold, Transfer
from ledger.posting import Posting
from ledger.transactions import WithIt
from outbox.events import health, jobs, service
from outbox.models import Message
from payments.holds.service import release_hold
from payments.models import PaymentRequest
from payments.transfers.service import decide_transfer
from tests.api.base import ApiTestCase, Caller
from tests.base import MoneyTestCase
from tests.cast import PEOPLE, PIN, gbp, person, placed, quoted, sent
from tests.payments.verbs import verbs
from treasury.models import Deposit, Withdrawal


def everybody_listens() -> None:
    for username, *_rest in PEOPLE:
        listen(person(username).pk)


def told(username: str) -> list[str]:
    """The types of what this person was told, the oldest first."""
    return list(Message.objects.filter(user__username=username).order_by("seq").values_list("type", flat=True))


class EveryVerb(MoneyTestCase):
    """Whatever moves money, or begins or ends a request or a hold, writes exactly the events of what it did."""

    def test_writes_an_event_for_each_transfer_request_and_hold(self) -> None:
        everybody_listens()
        for name, verb in verbs().items():
            with self.subTest(name):
                Event.objects.all().delete()
                transfers, requests, holds, deposits, withdrawals = newest()
                verb.begin()()()
                expected = Counter(
                    ("transfer.booked", reference)
                    for reference in Transfer.objects.filter(pk__gt=transfers, outcome="booked").values_list(
                        "reference", flat=True
                    )
                )
                for request in PaymentRequest.objects.filter(pk__gt=requests):
                    expected["request.created", request.reference] = 1
                    if not request.is_open:
                        expected[f"request.{request.status}", request.reference] = 1
                for deposit in Deposit.objects.filter(pk__gt=deposits):
                    expected["deposit.booked", deposit.reference] = 1
                    if deposit.is_returned:
                        expected["deposit.returned", deposit.reference] = 1
                for withdrawal in Withdrawal.objects.filter(pk__gt=withdrawals):
                    for step in steps_of(withdrawal):
                        expected[f"withdrawal.{step}", withdrawal.reference] = 1
                ours = Hold.objects.filter(pk__gt=holds, purpose__in=Hold.Purpose.values)
                for hold in ours.exclude(status="declined"):
                    expected["hold.placed", hold.reference] = 1
                    if not hold.is_open:
                        expected[f"hold.{hold.status}", hold.reference] = 1
                found = Counter(Event.objects.exclude(kind="mass_payment.finished").values_list("kind", "subject"))
                self.assertEqual(found, expected)

    def test_writes_its_events_in_the_transaction_that_makes_them_true(self) -> None:
        """PostgreSQL keeps with each row which transaction wrote it: an event and its object have the same one."""
        everybody_listens()
        for name, verb in verbs().items():
            with self.subTest(name):
                Event.objects.all().delete()
                verb.begin()()()
                self.assertEqual(written_by_other_transactions(), [])


class AnEvent(MoneyTestCase):
    def test_is_of_those_who_listen(self) -> None:
        listen(person("bob").pk)
        sent(person("alice"), person("bob"), "1")
        sent(person("alice"), person("carla"), "1")
        self.assertEqual([event.users for event in Event.objects.all()], [[person("bob").pk]])

    def test_is_not_written_for_what_is_declined_or_rolled_back(self) -> None:
        everybody_listens()
        with self.assertRaises(Exception):  # noqa: B017 - whatever the ledger says
            sent(person("alice"), person("bob"), "5000")
        with (
            mock.patch("payments.transfers.service.tell", side_effect=ZeroDivisionError),
            self.assertRaises(ZeroDivisionError),
        ):
            sent(person("alice"), person("bob"), "1")
        self.assertFalse(Event.objects.exists())

    def test_cannot_be_written_by_the_web_role(self) -> None:
        self.assert_refused(
            "INSERT INTO events_event (kind, subject, users) VALUES ('transfer.booked', gen_random_uuid(), '{1}')"
        )
        self.assert_refused("SELECT events_write('transfer.booked', gen_random_uuid(), '{1}')")

    def test_of_many_requests_that_expire_at_once_is_written_for_each(self) -> None:
        from payments.requests import service as requests

        everybody_listens()
        alice, bob = person("alice"), person("bob")
        for _ in range(3):
            requests.ask_for_money(requester=bob, payer=alice, amount=gbp("1"), note="", key=uuid4())
        Event.objects.all().delete()
        with mock.patch("payments.requests.service.Now", lambda: "2100-01-01T00:00:00Z"):
            self.assertEqual(requests.expire_due_requests(), 3)
        self.assertEqual([event.kind for event in Event.objects.all()], ["request.expired"] * 3)


class Telling(MoneyTestCase):
    def test_gives_payer_and_payee_their_own_type_and_number(self) -> None:
        everybody_listens()
        for _ in range(2):
            sent(person("alice"), person("bob"), "1")
        sent(person("bob"), person("alice"), "1")
        self.assertEqual(service.tell_events(), 3)
        self.assertEqual(told("alice"), ["transfer.sent", "transfer.sent", "transfer.received"])
        self.assertEqual(told("bob"), ["transfer.received", "transfer.received", "transfer.sent"])
        self.assertEqual(list(Message.objects.filter(user=person("bob")).values_list("seq", flat=True)), [1, 2, 3])

    def test_of_many_takes_as_many_queries_as_of_one(self) -> None:
        everybody_listens()
        people = [person(username) for username in ("bob", "tess", "audrey", "cass")]
        numbers = []
        for payees in (people[:1], people):
            for payee in payees:
                sent(person("alice"), payee, "1")
            with CaptureQueriesContext(connection) as queries:
                self.assertEqual(service.tell_events(), len(payees))
            numbers.append(len(queries))
        self.assertEqual(numbers[0], numbers[1])

    def test_hands_the_messages_over_inside_the_transaction(self) -> None:
        everybody_listens()
        sent(person("alice"), person("bob"), "1")
        seen: list[int] = []
        service.tell_events(seen.extend)
        self.assertEqual(sorted(seen), sorted(Message.objects.values_list("pk", flat=True)))

    def test_leaves_the_queue_as_it_was_if_handing_over_fails_and_marks_each_event(self) -> None:
        everybody_listens()
        sent(person("alice"), person("bob"), "1")

        def fail(_messages: object) -> None:
            raise ZeroDivisionError

        self.assertEqual(service.tell_events(fail), 0)
        self.assertFalse(Message.objects.exists())
        self.assertEqual(set(Listener.objects.values_list("last_seq", flat=True)), {0})
        self.assertFalse(health.events_told().is_well)
        self.assertEqual(service.tell_events(), 0)  # it waits until somebody has mended the reason
        service.try_failed_again()
        self.assertEqual(service.tell_events(), 1)
        self.assertTrue(health.events_told().is_well)

    def test_of_one_bad_event_does_not_keep_the_others(self) -> None:
        everybody_listens()
        placed(person("alice"), person("bob"), "1")
        sent(person("alice"), person("bob"), "1")

        def fail(_events: object) -> None:
            raise ZeroDivisionError

        broken = {"hold.placed": Happening("hold.placed", (), fail)}  # type: ignore[arg-type]
        with mock.patch.dict(event_types.known_happenings, broken):
            self.assertEqual(service.tell_events(), 1)
        self.assertEqual(told("bob"), ["transfer.received"])
        self.assertEqual(Event.objects.exclude(failed_at=None).count(), 1)

    def test_by_several_at_once_tells_each_event_once_and_numbers_without_a_gap(self) -> None:
        everybody_listens()
        pairs = [("alice", "bob"), ("bob", "alice"), ("alice", "bob"), ("carla", "bob")]

        def send(payer: str, payee: str) -> None:
            try:
                for _ in range(15):
                    sent(person(payer), person(payee), "1")
            finally:
                connections.close_all()

        def tell() -> None:
            try:
                while not done.is_set() or Event.objects.exists():
                    service.tell_events()
            finally:
                connections.close_all()

        done = threading.Event()
        tellers = [threading.Thread(target=tell) for _ in range(3)]
        writers = [threading.Thread(target=send, args=pair) for pair in pairs]
        for thread in (*tellers, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in tellers:
            thread.join()
        self.assertEqual(Transfer.objects.filter(kind="payment").count(), 60)
        for username, expected in (("alice", 45), ("bob", 60), ("carla", 15)):
            numbers = list(
                Message.objects.filter(user__username=username).order_by("seq").values_list("seq", flat=True)
            )
            self.assertEqual(numbers, list(range(1, expected + 1)), username)

    def test_misses_none_that_commits_late(self) -> None:
        """Its id is taken when it is written, not when it is committed: a reader "after the last id" would miss it."""
        everybody_listens()
        written, others_are_told = threading.Event(), threading.Event()

        def keep_open(_posting: Posting) -> None:
            written.set()
            others_are_told.wait(20)

        def send_late() -> None:
            try:
                quote = quoted(person("alice"), person("bob"), "1")
                decide_transfer(payer=person("alice"), quote=quote, pin=PIN, with_it=WithIt(keep_open))
            finally:
                connections.close_all()

        late = threading.Thread(target=send_late)
        late.start()
        self.assertTrue(written.wait(20))
        sent(person("tess"), person("audrey"), "1")
        self.assertEqual(service.tell_events(), 1)
        others_are_told.set()
        late.join()
        self.assertEqual(service.tell_events(), 1)
        self.assertEqual((told("audrey"), told("bob")), (["transfer.received"], ["transfer.received"]))

    def test_ends_after_ninety_days(self) -> None:
        everybody_listens()
        sent(person("alice"), person("bob"), "1")
        service.tell_events()
        self.assertEqual(jobs.delete_old_messages(), 0)
        Message.objects.filter(user=person("bob")).update(told_at="2020-01-01T00:00:00Z")
        self.assertEqual(jobs.delete_old_messages(), 1)
        self.assertEqual(told("alice"), ["transfer.sent"])


class TheListOfEvents(ApiTestCase):
    """ApiTestCase gives its callers tokens with all scopes, so they listen."""

    def test_has_ones_own_events_after_a_number(self) -> None:
        self.done(self.send())
        self.done(self.send(amount="2.00"))
        service.tell_events()
        first = self.done(self.bob.get("events", limit=1), 200)
        self.assertEqual(first["next"], 1)
        rest = self.done(self.bob.get("events", after=first["next"]), 200)
        self.assertEqual(
            [(event["seq"], event["data"]["received"]["amount"]) for event in rest["events"]], [(2, "2.00")]
        )
        self.assertIsNone(rest["next"])
        self.assertEqual(self.done(self.carla.get("events"), 200), {"events": [], "next": None})

    def test_has_the_object_as_its_own_operation_returns_it(self) -> None:
        transfer = self.done(self.send())
        service.tell_events()
        (event,) = self.done(self.bob.get("events", type="transfer.received"), 200)["events"]
        self.assertEqual(event["data"], self.done(self.bob.get(f"transfers/{transfer['id']}"), 200))

    def test_has_a_label_for_who_put_it_there_alone(self) -> None:
        sum = {"amount": "1.00", "currency": "GBP"}
        self.done(self.alice.post("transfers", {"payee": "bob", "reference": "order-1", **sum}))
        self.done(self.alice.post("requests", {"payer": "bob", "reference": "order-2", **sum}))
        service.tell_events()
        for caller, expected in ((self.alice, ["order-1", "order-2"]), (self.bob, [None, None])):
            events = self.done(caller.get("events"), 200)["events"]
            self.assertEqual([event["data"]["reference"] for event in events], expected)

    def test_refuses_a_type_that_does_not_exist(self) -> None:
        self.assert_problem(self.bob.get("events", type="transfer.lost"), 422, "event_type_unknown", field="type")

    def test_begins_with_the_first_token_that_may_hear(self) -> None:
        Listener.objects.all().delete()
        Caller("alice", scopes=("transfers:write",))
        self.assertFalse(Listener.objects.exists())
        Caller("alice", scopes=("events:read",))
        self.assertEqual([listener.user for listener in Listener.objects.all()], [person("alice")])


class AHold(MoneyTestCase):
    def test_is_told_when_it_is_placed_and_when_it_ends(self) -> None:
        everybody_listens()
        hold = placed(person("alice"), person("bob"), "1")
        service.tell_events()
        release_hold(by=person("bob"), hold=hold)
        service.tell_events()
        self.assertEqual(told("alice"), ["hold.placed", "hold.released"])
        statuses = [
            json.loads(body)["data"]["status"]
            for body in Message.objects.filter(user=person("bob")).order_by("seq").values_list("body", flat=True)
        ]
        self.assertEqual(statuses, ["open", "released"])


OBJECTS = {
    "transfer": "ledger_transfer",
    "hold": "ledger_hold",
    "request": "payments_paymentrequest",
    "mass_payment": "treasury_masspayment",
    "deposit": "treasury_deposit",
    "withdrawal": "treasury_withdrawal",
}


def written_by_other_transactions() -> list[tuple[str]]:
    """The kinds of events that are the last of their object, and were not written by its last transaction."""
    with connection.cursor() as cursor:
        for name, table in OBJECTS.items():
            cursor.execute(
                f"""SELECT e.kind FROM events_event e JOIN {table} o ON o.reference = e.subject
                     WHERE e.kind LIKE '{name}.%%' AND e.xmin <> o.xmin
                       AND NOT EXISTS (SELECT FROM events_event WHERE subject = e.subject AND id > e.id)""",
                [],
            )
            if found := cursor.fetchall():
                return found
    return []


def steps_of(withdrawal: Withdrawal) -> set[str]:
    """The statuses that the withdrawal has had."""
    had = {
        "approved": withdrawal.approved_at,
        "filed": withdrawal.file_id,
        "settled": withdrawal.settled_at,
    }
    return {"requested", withdrawal.status, *(status for status, is_set in had.items() if is_set)}


def newest() -> tuple[int, int, int, int, int]:
    """The newest ids of transfers, requests, holds, deposits and withdrawals."""
    with transaction.atomic():
        return tuple(  # type: ignore[return-value]
            model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            for model in (Transfer, PaymentRequest, Hold, Deposit, Withdrawal)
        )
