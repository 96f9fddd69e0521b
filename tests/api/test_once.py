"""One idempotency key, one answer: requests repeated, changed, sent at once, declined, or cut off around COMMIT."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from django.db import connection, connections, transaction
from django.test import override_settings
from django.utils import timezone

from api.models import Answer
from conversion.money import Money
from events.models import Notification
from ledger import transactions as db
from ledger.models import Hold, Transfer
from payments.models import PaymentRequest, Quote
from payments.top_ups.service import top_up_on_trust
from tests.concurrency.crowd import end_session
from tests.runner import as_owner

from .base import ApiTestCase

TRANSFER = {"payee": "bob", "amount": "10.00", "currency": "GBP", "note": "pizza"}
REQUEST = {"payer": "bob", "amount": "10.00", "currency": "GBP", "note": "tickets"}
HOLD: dict[str, str | int] = {"payee": "bob", "amount": "10.00", "currency": "GBP", "note": "room"}
HOLD |= {"purpose": "authorization", "lives_s": 3600}


class Keys(ApiTestCase):
    """Provides every operation under test, and counts of what they write."""

    def every_post(self) -> dict[str, Callable[[UUID], Any]]:
        """Every POST that moves or holds money, by name, as a function of the key. What each call needs is new."""
        self.forget_limits()
        sent = self.done(self.send())["id"]
        asked = [self.done(self.alice.post("requests", REQUEST))["id"] for _ in range(3)]
        held = [self.done(self.alice.post("holds", HOLD))["id"] for _ in range(2)]
        quote = self.done(self.alice.post("quotes", TRANSFER))["id"]
        refundable = self.done(self.send())["id"]
        return {
            "quote": lambda key: self.alice.post("quotes", TRANSFER, key=key),
            "transfer": lambda key: self.alice.post("transfers", TRANSFER, key=key),
            "quoted transfer": lambda key: self.alice.post("transfers", {"quote": quote}, key=key),
            "reversal": lambda key: self.alice.post(f"transfers/{sent}/reversal", key=key),
            "refund": lambda key: self.bob.post(f"transfers/{refundable}/refunds", {"amount": "4"}, key=key),
            "request": lambda key: self.alice.post("requests", REQUEST, key=key),
            "pay": lambda key: self.bob.post(f"requests/{asked[0]}/pay", key=key),
            "decline": lambda key: self.bob.post(f"requests/{asked[1]}/decline", key=key),
            "cancel": lambda key: self.alice.post(f"requests/{asked[2]}/cancel", key=key),
            "hold": lambda key: self.alice.post("holds", HOLD, key=key),
            "capture": lambda key: self.bob.post(f"holds/{held[0]}/capture", {"amount": "4"}, key=key),
            "release": lambda key: self.bob.post(f"holds/{held[1]}/release", key=key),
        }

    def counts(self) -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (Transfer, Quote, PaymentRequest, Hold, Notification, Answer))


class Repeating(Keys):
    def test_answers_the_same_and_does_nothing(self) -> None:
        for name, call in self.every_post().items():
            with self.subTest(name):
                key = uuid4()
                first = call(key)
                self.assertLess(first.status_code, 300, first.content)
                self.assertNotIn("Idempotent-Replayed", first.headers)
                before = self.counts()
                again = call(key)
                self.assertEqual((again.status_code, again.content), (first.status_code, first.content))
                self.assertEqual(again.headers["Idempotent-Replayed"], "true")
                self.assertEqual(self.counts(), before)

    def test_answers_as_then_whatever_has_happened_since(self) -> None:
        key = uuid4()
        first = self.alice.post("holds", HOLD, key=key)
        self.done(self.bob.post(f"holds/{first.json()['id']}/release"), 200)
        self.assertEqual(self.alice.post("holds", HOLD, key=key).content, first.content)

    def test_also_when_the_other_side_is_gone(self) -> None:
        key = uuid4()
        first = self.send(key=key)
        type(self.bob.user).objects.filter(pk=self.bob.user.pk).update(is_active=False)
        self.assertEqual(self.send(key=key).content, first.content)

    def test_anothers_key_tells_and_moves_nothing(self) -> None:
        key = uuid4()
        first = self.done(self.send(key=key))
        carlas = self.done(self.send("alice", caller=self.carla, key=key))
        self.assertNotEqual(first["id"], carlas["id"])

    def test_a_quote_sent_under_several_keys_books_once(self) -> None:
        quote = self.done(self.alice.post("quotes", TRANSFER))["id"]
        ids = {self.done(self.alice.post("transfers", {"quote": quote}))["id"] for _ in range(3)}
        self.assertEqual(len(ids), 1)
        self.assertEqual(self.balance(self.alice), "990.00")

    def test_a_refusal_that_decided_nothing_uses_no_key_up(self) -> None:
        key = uuid4()
        self.assert_problem(self.send("nobody", key=key), 422, "user_unknown", field="payee")
        with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]):
            problem = self.send(key=key)
            self.assert_problem(problem, 503, "clock_down")
            self.assertGreater(int(problem.headers["Retry-After"]), 0)
        self.done(self.send(key=key))
        self.assertEqual(self.balance(self.alice), "990.00")

    def test_a_try_that_led_nowhere_may_come_again_when_its_quotes_time_is_over(self) -> None:
        """A caller who got 503 tries again under the same key, after the quote of the first try has expired.

        The API promised that the same key is safe to use again, so it makes a new quote at the current rate.
        """
        asked = self.done(self.carla.post("requests", REQUEST | {"payer": "alice", "currency": "EUR"}))["id"]
        calls = (
            (lambda key: self.send("carla", key=key), "target_minor", ("10.00", "11.70")),
            (lambda key: self.alice.post(f"requests/{asked}/pay", key=key), "source_minor", ("8.55", "10.00")),
        )
        for call, stale, at_todays_rate in calls:
            with self.subTest(stale):
                key = uuid4()
                with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]):
                    self.assert_problem(call(key), 503, "clock_down")
                Quote.objects.filter(key=key).update(expires_at=timezone.now(), **{stale: 1})
                done = self.done(call(key))
                self.assertEqual((done["paid"]["amount"], done["received"]["amount"]), at_todays_rate)


class Texts(Keys):
    """A key may be any short text, such as the number of an order."""

    def test_a_text_books_once_and_is_kept(self) -> None:
        for key in ("7", "order-4711", "an order of May: 4711", "~" * 255):
            with self.subTest(key):
                first, again = self.send(key=key), self.send(key=key)
                self.assertEqual(again.content, self.done(first) and first.content)
                self.assertEqual(again.headers["Idempotent-Replayed"], "true")
                self.assertTrue(Answer.objects.filter(maker=self.alice.user, given=key).exists())
        self.assertEqual(self.balance(self.alice), "960.00")

    def test_texts_that_differ_in_case_are_two_and_uuids_are_one(self) -> None:
        self.assertNotEqual(*(self.done(self.send(key=key))["id"] for key in ("order-a", "order-A")))
        key = str(uuid4())
        self.assertEqual(*(self.done(self.send(key=each))["id"] for each in (key.lower(), key.upper())))

    def test_a_uuid_is_the_transfers_key_as_it_is(self) -> None:
        key = uuid4()
        self.done(self.send(key=key))
        self.assertTrue(Transfer.objects.filter(made_by=self.alice.user, key=key).exists())

    def test_other_characters_are_refused(self) -> None:
        for key in ("x" * 256, "Gr\u00fc\u00dfe", "a\tb", " order", "order "):
            with self.subTest(key):
                self.assert_problem(self.send(key=key), 400, "idempotency_key_malformed")


class OtherContent(Keys):
    def test_is_refused_by_the_name_of_what_differs(self) -> None:
        another = {
            "payee": "carla",
            "payer": "carla",
            "amount": "11.00",
            "note": "pasta",
            "purpose": "two_step",
            "lives_s": 7200,
        }
        for path, body in (("transfers", TRANSFER), ("quotes", TRANSFER), ("requests", REQUEST), ("holds", HOLD)):
            key = uuid4()
            done = self.done(self.alice.post(path, body, key=key))
            for field in body.keys() & another.keys():
                with self.subTest(path, field=field):
                    other = self.alice.post(path, body | {field: another[field]}, key=key)
                    problem = self.assert_problem(other, 422, "key_reused", field=field)
                    self.assertEqual(problem["earlier"], {"operation": f"create_{path[:-1]}", "id": done["id"]})
        self.assertEqual((self.balance(self.alice), self.balance(self.bob)), ("990.00", "1010.00"))

    def test_the_same_money_and_person_in_other_words_is_the_same(self) -> None:
        hold = {name: value for name, value in HOLD.items() if name != "currency"}
        calls: tuple[tuple[str, dict[str, Any], tuple[dict[str, Any], ...]], ...] = (
            ("transfers", TRANSFER, ({"amount": "10"}, {"amount": "10.0"}, {"payee": "@Bob"}, {"payee": " BOB "})),
            ("quotes", TRANSFER, ({"amount": "10.0"}, {"payee": "BOB"})),
            ("requests", REQUEST, ({"amount": "10"}, {"payer": "@bob"})),
            ("holds", hold, ({"currency": "GBP"}, {"amount": "10"}, {"currency": None})),
        )
        for path, body, others in calls:
            key = uuid4()
            first = self.alice.post(path, body, key=key)
            self.done(first)
            for other in others:
                with self.subTest(path, **other):
                    self.assertEqual(self.alice.post(path, body | other, key=key).content, first.content)
            currency = self.alice.post(path, body | {"currency": "EUR"}, key=key)
            self.assert_problem(currency, 422, "key_reused", field="currency")
        self.assertEqual(self.balance(self.alice), "990.00")

    def test_the_problem_names_what_the_key_did_also_if_that_was_a_decline(self) -> None:
        key = uuid4()
        self.assert_problem(self.send(amount="5000", key=key), 422, "insufficient_funds", field="amount")
        problem = self.assert_problem(self.send(amount="5", key=key), 422, "key_reused", field="amount")
        self.assertEqual(problem["earlier"], {"operation": "create_transfer", "id": None})

    def test_to_another_address_is_another_operation(self) -> None:
        calls = self.every_post()
        key = uuid4()
        self.done(self.alice.post("quotes", TRANSFER, key=key))
        for name in ("transfer", "quoted transfer", "reversal", "request", "cancel", "hold"):
            with self.subTest(name):
                self.assert_problem(calls[name](key), 422, "key_reused", field="operation")

    def test_on_another_thing_is_other_content(self) -> None:
        first, second = (self.done(self.send())["id"] for _ in range(2))
        key = uuid4()
        self.done(self.alice.post(f"transfers/{first}/reversal", key=key))
        other = self.alice.post(f"transfers/{second}/reversal", key=key)
        self.assert_problem(other, 422, "key_reused", field="id")

    def test_another_request_that_looks_alike_is_not_the_same(self) -> None:
        """Also where the first try booked nothing and only stored its quote under the key."""
        first, second = (self.done(self.bob.post("requests", REQUEST | {"payer": "alice"}))["id"] for _ in range(2))
        key = uuid4()
        with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]):
            self.assert_problem(self.alice.post(f"requests/{first}/pay", key=key), 503, "clock_down")
        self.assert_problem(self.alice.post(f"requests/{second}/pay", key=key), 422, "key_reused", field="request")
        self.done(self.alice.post(f"requests/{first}/pay", key=key))
        self.assertEqual(self.done(self.alice.get(f"requests/{second}"), 200)["status"], "open")

    def test_a_quote_and_an_amount_are_not_the_same(self) -> None:
        key = uuid4()
        self.done(self.send(key=key))
        quote = self.done(self.alice.post("quotes", TRANSFER))["id"]
        self.assert_problem(self.alice.post("transfers", {"quote": quote}, key=key), 422, "key_reused", field="quote")

    def test_a_key_that_another_face_used_in_the_ledger_is_refused_too(self) -> None:
        key = uuid4()
        top_up_on_trust(member=self.alice.user, amount=Money.of("5", "GBP"), key=key)
        self.assertEqual(self.send(key=key).json()["code"], "key_reused")
        self.assertEqual(self.balance(self.alice), "1005.00")


class Declines(Keys):
    def test_stay_declines_after_a_top_up(self) -> None:
        body = TRANSFER | {"amount": "1050.00"}
        hold = HOLD | {"amount": "1050.00"}
        asked = self.done(self.bob.post("requests", REQUEST | {"payer": "alice", "amount": "1050.00"}))["id"]
        calls = {
            "transfer": lambda key: self.alice.post("transfers", body, key=key),
            "hold": lambda key: self.alice.post("holds", hold, key=key),
            "pay": lambda key: self.alice.post(f"requests/{asked}/pay", key=key),
        }
        keys = {name: uuid4() for name in calls}
        first = {name: call(keys[name]) for name, call in calls.items()}
        top_up_on_trust(member=self.alice.user, amount=Money.of("100", "GBP"), key=uuid4())
        for name, call in calls.items():
            with self.subTest(name):
                self.assert_problem(first[name], 422, "insufficient_funds", field="amount")
                self.assertNotIn("Idempotent-Replayed", first[name].headers)
                again = call(keys[name])
                self.assertEqual((again.content, again.headers["Idempotent-Replayed"]), (first[name].content, "true"))
        self.done(calls["transfer"](uuid4()))  # a new key gets a new decision

    def test_of_undoing_and_refunding_stay_too(self) -> None:
        sent = self.done(self.send())["id"]
        self.done(self.send("carla", "1005.00", caller=self.bob))
        undo, refund = uuid4(), uuid4()
        calls = (
            (lambda: self.alice.post(f"transfers/{sent}/reversal", key=undo), 409, "payee_lacks_funds", None),
            (
                lambda: self.bob.post(f"transfers/{sent}/refunds", {"amount": "10"}, key=refund),
                422,
                "insufficient_funds",
                "amount",
            ),
        )
        for call, status, code, field in calls:
            self.assert_problem(call(), status, code, field=field)
        top_up_on_trust(member=self.bob.user, amount=Money.of("100", "GBP"), key=uuid4())
        for call, status, code, field in calls:
            self.assert_problem(call(), status, code, field=field)

    def test_of_an_ended_hold_stay_too(self) -> None:
        held = self.done(self.alice.post("holds", HOLD))["id"]
        self.done(self.bob.post(f"holds/{held}/capture", {"amount": "10"}))
        for path, body in ((f"holds/{held}/release", None), (f"holds/{held}/capture", {"amount": "10"})):
            key = uuid4()
            for _ in range(2):
                self.assert_problem(self.bob.post(path, body, key=key), 409, "hold_ended")


class Races(Keys):
    def test_twelve_at_once_do_it_once_and_get_the_same_answer(self) -> None:
        for name, call in self.every_post().items():
            with self.subTest(name):
                before, key = self.counts(), uuid4()
                answers = self.at_once(partial(call, key))
                self.assertEqual(len({(answer.status_code, answer.content) for answer in answers}), 1)
                self.assertLess(answers[0].status_code, 300, answers[0].content)
                done = [after - was for after, was in zip(self.counts(), before, strict=True)]
                self.assertLessEqual(max(done), 1)
                self.assertEqual(done[-1], 1)

    def test_each_with_a_key_of_its_own_is_done(self) -> None:
        """The control: with twelve different keys, all twelve are booked. So it is the key that prevents repeats."""
        self.assertEqual([answer.status_code for answer in self.at_once(lambda: self.send(amount="1.00"))], [201] * 12)
        self.assertEqual(self.balance(self.alice), "988.00")

    def test_at_once_with_other_content_one_is_done(self) -> None:
        key = uuid4()
        amounts = iter([f"{number}.00" for number in range(1, 13)])
        answers = self.at_once(lambda: self.send(amount=next(amounts), key=key))
        self.assertEqual(sorted(answer.status_code for answer in answers), [201] + [422] * 11)
        self.assertEqual({a.json()["code"] for a in answers if a.status_code == 422}, {"key_reused"})
        self.assertEqual(Transfer.objects.filter(kind="payment").count(), 1)

    def at_once(self, call: Callable[[], Any]) -> list[Any]:
        def run(_: int) -> Any:
            try:
                return call()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(12) as pool:
            return list(pool.map(run, range(12)))


class CutOff(Keys):
    def test_after_commit_the_first_answer_is_found_again(self) -> None:
        """PostgreSQL ends our session after it has committed and before we read its reply."""
        for name in ("transfer", "reversal", "refund", "pay", "request", "hold", "capture", "release"):
            with self.subTest(name):
                call, key = self.every_post()[name], uuid4()
                with mock.patch.object(transaction.Atomic, "__exit__", cutting_after_commit()):
                    cut = call(key)
                self.assertLess(cut.status_code, 300, cut.content)
                before = self.counts()
                again = call(key)
                self.assertEqual((again.content, again.headers["Idempotent-Replayed"]), (cut.content, "true"))
                self.assertEqual(self.counts(), before)

    def test_while_nobody_knows_the_caller_is_told_so_and_the_key_tells_later(self) -> None:
        """The reply to COMMIT is lost, and the database is then unreachable for longer than the retries last."""
        host, key = connection.settings_dict["HOST"], uuid4()

        def move_away() -> None:
            connection.settings_dict["HOST"] = "/nowhere"

        with (
            mock.patch.object(db, "MOST_SECONDS", 0.1),
            mock.patch.object(transaction.Atomic, "__exit__", cutting_after_commit(move_away)),
        ):
            cut = self.send(key=key)
        connection.settings_dict["HOST"] = host
        self.assert_problem(cut, 503, "outcome_unknown")
        self.done(self.send(key=key))
        self.assertEqual((self.balance(self.alice), Transfer.objects.filter(key=key).count()), ("990.00", 1))

    def test_without_keeping_the_answer_nothing_is_booked(self) -> None:
        """The answer and the money are written in one transaction: if the answer cannot be written, no money moves."""
        as_owner(connection.settings_dict["NAME"], ["REVOKE INSERT ON api_answer FROM wallet_web"])
        self.assert_problem(self.send(), 500, "internal_error")
        self.assertEqual((self.balance(self.alice), Answer.objects.count()), ("1000.00", 0))


def cutting_after_commit(then: Callable[[], None] = lambda: None) -> Callable[..., Any]:
    """A replacement for `Atomic.__exit__`: after the first durable COMMIT it ends our session and calls `then`."""
    commit = transaction.Atomic.__exit__
    lost: list[int] = []

    def cut(atomic: Any, *details: Any) -> Any:
        if not atomic.durable or lost or details[0] is not None:
            return commit(atomic, *details)
        lost.append(connection.connection.get_backend_pid())
        commit(atomic, *details)
        end_session(lost[0])
        then()
        with connection.cursor() as cursor:  # raises the error that the driver raises for a lost reply
            return cursor.execute("SELECT 1")

    return cut
