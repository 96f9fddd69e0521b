"""Webhooks: signed, at least once, none delayed by another's endpoint, and visible to their owner."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
import time
from dataclasses import replace
from unittest import mock

from django.db import connections
from django.test import SimpleTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from events.models import Notification
from ledger.models import Transfer
from outbox.events.service import tell_events
from outbox.models import Delivery, Endpoint, Message
from outbox.webhooks import failing, sending, service, signing
from outbox.webhooks.errors import TooManyEndpoints
from outbox.webhooks.post import IN_ALL_S
from outbox.webhooks.service import plan_deliveries
from tests.api.base import ApiTestCase
from tests.base import MoneyTestCase
from tests.cast import PIN, person, sent

from .receiver import Receiver, until

FAILURES = ("webhook_fails", "webhook_off")


class ASignature(SimpleTestCase):
    def test_is_that_of_standard_webhooks(self) -> None:
        """The example of the specification's own libraries (standard-webhooks, test vector of signing)."""
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        made = signing.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [secret])
        self.assertEqual(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_is_verified_by_either_of_two_secrets_and_by_no_other(self) -> None:
        old, new = signing.new_secret(), signing.new_secret()
        header = signing.signature("evt_1", 7, b"{}", [new, old])
        for secret in (old, new):
            self.assertTrue(signing.is_signed("evt_1", "7", b"{}", header, secret))
        for changed in (
            ("evt_2", "7", b"{}", header, old),
            ("evt_1", "8", b"{}", header, old),
            ("evt_1", "7", b"{ }", header, old),
            ("evt_1", "x", b"{}", header, old),
            ("evt_1", "7", b"{}", header, signing.new_secret()),
            ("evt_1", "7", b"{}", "", old),
        ):
            self.assertFalse(signing.is_signed(*changed))

    def test_needs_a_secret_of_32_bytes_that_is_stored_encrypted(self) -> None:
        secret = signing.new_secret()
        self.assertEqual(len(base64.b64decode(secret.removeprefix("whsec_"))), 32)
        stored = signing.encrypted(secret)
        self.assertNotIn(secret[6:], stored)
        self.assertEqual(signing.decrypted(stored), secret)
        with override_settings(SECRET_KEY="z" * 40, SECRET_KEY_FALLBACKS=[]), self.assertRaises(Exception):  # noqa: B017
            signing.decrypted(stored)


class WebhookTestCase(MoneyTestCase):
    def setUp(self) -> None:
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.alice, self.bob = person("alice"), person("bob")
        self.endpoint, self.secret = service.create_endpoint(user=self.bob, url=self.receiver.url)
        self.dispatcher = sending.Dispatcher()
        self.addCleanup(self.dispatcher.pool.shutdown)

    def pay(self, times: int = 1) -> None:
        for _ in range(times):
            sent(self.alice, self.bob, "1")

    def send(self) -> None:
        """Does what the messenger does, until nothing is due."""
        while tell_events(plan_deliveries):
            pass
        self.dispatcher.send_due(threading.Event())

    def make_due(self) -> None:
        Delivery.objects.filter(sent_at=None, dead_at=None).update(due_at=timezone.now() - dt.timedelta(seconds=1))


class ADelivery(WebhookTestCase):
    def test_is_the_stored_message_signed(self) -> None:
        self.pay()
        self.send()
        (got,) = self.receiver.received
        message = Message.objects.get(user=self.bob)
        self.assertEqual(got.body.decode(), message.body)
        self.assertEqual(json.loads(got.body)["type"], "transfer.received")
        self.assertEqual(json.loads(got.body)["data"]["id"], str(Transfer.objects.get(kind="payment").reference))
        self.assertEqual(got.headers["webhook-id"], json.loads(got.body)["id"])
        self.assertLess(abs(time.time() - int(got.headers["webhook-timestamp"])), 60)
        self.assertTrue(
            signing.is_signed(
                got.headers["webhook-id"],
                got.headers["webhook-timestamp"],
                got.body,
                got.headers["webhook-signature"],
                self.secret,
            )
        )
        delivery = Delivery.objects.get()
        self.assertEqual(
            (delivery.state, delivery.last_status, delivery.last_reply),
            ("sent", 200, "thanks\N{REPLACEMENT CHARACTER}"),
        )

    def test_is_made_for_the_types_that_were_asked_for(self) -> None:
        service.change_endpoint(self.endpoint, url=self.receiver.url, types=["request.created"], description="")
        self.pay()
        self.send()
        self.assertEqual(self.receiver.received, [])

    def test_is_signed_by_both_secrets_for_a_day_after_a_roll(self) -> None:
        new = service.roll_secret(self.endpoint)
        self.pay()
        self.send()
        Endpoint.objects.update(old_secret_until=timezone.now())
        self.pay()
        self.send()
        first, second = self.receiver.received
        for got, signed_by_the_old in ((first, True), (second, False)):
            for secret, expected in ((self.secret, signed_by_the_old), (new, True)):
                header = got.headers["webhook-signature"]
                ids = got.headers["webhook-id"], got.headers["webhook-timestamp"]
                self.assertEqual(signing.is_signed(*ids, got.body, header, secret), expected)

    def test_is_tried_again_under_the_same_id_after_any_failure(self) -> None:
        for status, behaves in ((500, ""), (404, ""), (302, ""), (200, "hang up")):
            with self.subTest(status, behaves=behaves):
                self.receiver.received.clear()
                self.receiver.status, self.receiver.behaves = status, behaves
                self.receiver.headers = {"Location": self.receiver.url} if status == 302 else {}
                self.pay()
                self.send()
                delivery = Delivery.objects.get(sent_at=None)
                self.assertEqual((delivery.attempts, delivery.state, len(self.receiver.received)), (1, "waiting", 1))
                self.assertGreater(delivery.due_at, timezone.now())
                self.receiver.status, self.receiver.behaves = 204, ""
                self.make_due()
                self.send()
                self.assertEqual(
                    {got.headers["webhook-id"] for got in self.receiver.received},
                    {self.receiver.received[0].headers["webhook-id"]},
                )
                self.assertEqual(Delivery.objects.filter(sent_at=None).count(), 0)

    def test_ends_after_ten_seconds_whatever_comes(self) -> None:
        self.pay()
        for behaves in ("hang", "drip"):
            with self.subTest(behaves), mock.patch("outbox.webhooks.post.IN_ALL_S", 1.0):
                self.receiver.behaves = behaves
                self.make_due()
                began = time.monotonic()
                self.send()
                self.assertLess(time.monotonic() - began, 5)
                self.assertIn("no complete answer", Delivery.objects.get().last_error)

    def test_reads_no_flood(self) -> None:
        self.receiver.behaves = "flood"
        self.pay()
        began = time.monotonic()
        self.send()
        self.assertLess(time.monotonic() - began, 8)
        self.assertEqual(len(Delivery.objects.get().last_reply), 1_000)

    def test_waits_as_long_as_an_overloaded_receiver_says(self) -> None:
        for asked, least_s, most_s in (("600", 590, 610), ("999999", 3590, 3610), ("soon", 0, 10)):
            with self.subTest(asked):
                self.receiver.status, self.receiver.headers = 503, {"Retry-After": asked}
                Delivery.objects.all().delete()
                self.pay()
                self.send()
                wait_s = (Delivery.objects.get().due_at - timezone.now()).total_seconds()
                self.assertTrue(least_s <= wait_s <= most_s, wait_s)

    def test_is_given_up_after_eleven_attempts_and_can_be_sent_again(self) -> None:
        self.receiver.status = 500
        self.pay()
        for _ in range(11):
            self.send()
            self.make_due()
        self.send()
        delivery = Delivery.objects.get()
        self.assertEqual((delivery.state, delivery.attempts, len(self.receiver.received)), ("dead", 11, 11))
        self.receiver.status = 200
        delivery.endpoint = Endpoint.objects.get()
        sending.send_again(delivery)
        self.send()
        self.assertEqual(Delivery.objects.get().state, "sent")

    def test_that_is_in_flight_when_the_messenger_is_killed_is_sent_again(self) -> None:
        self.pay()
        while tell_events(plan_deliveries):
            pass
        (claimed,) = sending.DELIVERIES.claim(16)  # and then nothing: its messenger is dead
        self.send()
        self.assertEqual(self.receiver.received, [])
        Delivery.objects.filter(pk=claimed.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
        self.send()
        self.assertEqual(Delivery.objects.get().state, "sent")

    def test_is_leased_for_longer_than_an_attempt_may_take(self) -> None:
        """Twice as long, since looking a name up has no deadline of ours."""
        self.assertGreater(sending.DELIVERIES.lease_s, 2 * IN_ALL_S)

    def test_is_made_twice_where_its_lease_ends_during_the_attempt(self) -> None:
        """The control: the lease is what keeps a slow receiver from getting an event again and again."""
        self.receiver.behaves = "drip"
        with mock.patch("outbox.webhooks.post.IN_ALL_S", 1.5):
            for lease_s, is_twice in ((60.0, False), (0.1, True)):
                with (
                    self.subTest(lease_s),
                    mock.patch.object(sending, "DELIVERIES", replace(sending.DELIVERIES, lease_s=lease_s)),
                ):
                    self.receiver.received.clear()
                    self.pay()
                    self.send()
                    self.assertEqual(len(self.receiver.received) > 1, is_twice)


class ManyDeliveries(WebhookTestCase):
    def test_to_one_endpoint_are_four_at_once(self) -> None:
        self.pay(12)
        with mock.patch.object(self.receiver, "behaves", ""):
            self.send()
        self.assertEqual(len(self.receiver.received), 12)
        self.assertLessEqual(self.receiver.most_at_once, 4)

    def test_to_an_endpoint_that_hangs_delay_no_other(self) -> None:
        hanging = Receiver()
        self.addCleanup(hanging.close)
        hanging.behaves = "hang"
        service.create_endpoint(user=self.alice, url=hanging.url)
        self.pay(10)
        while tell_events(plan_deliveries):
            pass
        stopped = threading.Event()

        def send() -> None:
            try:
                self.dispatcher.send_due(stopped)
            finally:
                connections.close_all()

        thread = threading.Thread(target=send)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(hanging.ended.set)
        self.addCleanup(stopped.set)
        self.assertTrue(until(lambda: len(self.receiver.received) == 10))
        self.assertEqual(len(hanging.received), 4)

    def test_by_two_messengers_are_each_made_once(self) -> None:
        self.pay(20)
        while tell_events(plan_deliveries):
            pass

        def send() -> None:
            dispatcher = sending.Dispatcher()
            try:
                dispatcher.send_due(threading.Event())
            finally:
                dispatcher.pool.shutdown()
                connections.close_all()

        threads = [threading.Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ids = [got.headers["webhook-id"] for got in self.receiver.received]
        self.assertEqual((len(ids), len(set(ids))), (20, 20))

    def test_are_in_flight_no_longer_than_the_messenger_may_take_to_stop(self) -> None:
        self.receiver.behaves = "hang"
        self.pay()
        while tell_events(plan_deliveries):
            pass
        stopped = threading.Event()
        with mock.patch("outbox.webhooks.post.IN_ALL_S", 1.0):
            threading.Timer(0.2, stopped.set).start()
            self.dispatcher.send_due(stopped)
        self.assertEqual(Delivery.objects.get().attempts, 1)


class AnEndpoint(WebhookTestCase):
    def test_that_is_gone_is_switched_off_and_its_owner_is_told(self) -> None:
        self.receiver.status = 410
        self.pay(2)
        self.send()
        self.assertEqual(Endpoint.objects.get().switched_off, "gone")
        self.assertEqual(told(*FAILURES), ["webhook_off"])

    def test_that_fails_for_an_hour_is_told_once_a_day_and_after_five_days_it_is_off(self) -> None:
        def fail_since(age: dt.timedelta, failures: int = 30) -> None:
            Endpoint.objects.update(failing_since=timezone.now() - age, failures=failures)
            failing.tell_of_failure(Endpoint.objects.select_related("user").get())

        fail_since(dt.timedelta(minutes=59))
        self.assertEqual(told(*FAILURES), [])
        for _ in range(2):
            fail_since(dt.timedelta(minutes=61))
        self.assertEqual(told(*FAILURES), ["webhook_fails"])
        Endpoint.objects.update(told_of_failure_at=timezone.now() - dt.timedelta(hours=25))
        fail_since(dt.timedelta(days=6), failures=19)
        self.assertEqual((told(*FAILURES), Endpoint.objects.get().is_on), (["webhook_fails"] * 2, True))
        fail_since(dt.timedelta(days=6))
        self.assertEqual((told(*FAILURES)[2:], Endpoint.objects.get().switched_off), (["webhook_off"], "failing"))

    def test_that_succeeds_once_begins_anew(self) -> None:
        self.receiver.status = 500
        self.pay()
        self.send()
        self.assertEqual(Endpoint.objects.get().failures, 1)
        self.receiver.status = 200
        self.make_due()
        self.send()
        self.assertEqual((Endpoint.objects.get().failures, Endpoint.objects.get().failing_since), (0, None))

    def test_that_is_off_gets_nothing_and_what_waited_goes_out_when_it_is_on_again(self) -> None:
        self.pay()
        while tell_events(plan_deliveries):
            pass
        service.switch_off(self.endpoint, Endpoint.Why.OWNER)
        self.pay()
        self.send()
        self.assertEqual(self.receiver.received, [])
        service.switch_on(self.endpoint)
        self.send()
        self.assertEqual(len(self.receiver.received), 1)  # the other is in the list of events

    def test_is_one_of_ten_at_most_also_if_many_are_made_at_once(self) -> None:
        def make() -> None:
            try:
                service.create_endpoint(user=self.bob, url=self.receiver.url)
            except TooManyEndpoints:
                pass
            finally:
                connections.close_all()

        threads = [threading.Thread(target=make) for _ in range(14)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(Endpoint.objects.filter(user=self.bob).count(), 10)


class TheWebhookApi(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)

    def test_makes_changes_tests_and_deletes_a_webhook(self) -> None:
        key = "5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10"
        asked = {"url": self.receiver.url, "types": ["transfer.received"], "description": "Till"}
        made = self.done(self.alice.post("webhooks", asked, key=key))
        self.assertTrue(made["secret"].startswith("whsec_"))
        again = self.done(self.alice.post("webhooks", asked, key=key))
        self.assertEqual((again["id"], again["secret"]), (made["id"], None))
        self.done(self.alice.post(f"webhooks/{made['id']}/test"), 200)
        tell_events(plan_deliveries)
        dispatcher = sending.Dispatcher()
        self.addCleanup(dispatcher.pool.shutdown)
        dispatcher.send_due(threading.Event())
        (got,) = self.receiver.received
        self.assertEqual(json.loads(got.body)["data"], {"webhook": made["id"]})
        (delivery,) = self.done(self.alice.get(f"webhooks/{made['id']}/deliveries"), 200)["deliveries"]
        self.assertEqual((delivery["state"], delivery["status"], delivery["type"]), ("sent", 200, "ping"))
        self.done(self.alice.post(f"deliveries/{delivery['id']}/redeliver"), 200)
        dispatcher.send_due(threading.Event())
        self.assertEqual([got.headers["webhook-id"] for got in self.receiver.received], [delivery["event"]] * 2)
        rolled = self.done(self.alice.post(f"webhooks/{made['id']}/roll", {"at_once": True}), 200)
        self.assertNotEqual(rolled["secret"], made["secret"])
        self.done(self.alice.post(f"webhooks/{made['id']}/switch-off"), 200)
        self.assert_problem(self.alice.post(f"webhooks/{made['id']}/test"), 409, "webhook_is_off")
        self.done(self.alice.post(f"webhooks/{made['id']}/delete"), 200)
        self.assertEqual(self.done(self.alice.get("webhooks"), 200), {"webhooks": []})

    def test_refuses_unknown_types_and_addresses(self) -> None:
        self.assert_problem(self.alice.post("webhooks", {"url": self.receiver.url, "types": ["x"]}), 422, "invalid")
        with override_settings(WEBHOOKS_TO_PRIVATE=False):
            answer = self.alice.post("webhooks", {"url": "https://127.0.0.1/"})
        self.assert_problem(answer, 422, "webhook_address_not_allowed", field="url")


class ThePages(WebhookTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.bob)

    def address(self, name: str) -> str:
        return reverse(f"outbox:{name}", args=[self.endpoint.reference])

    def test_show_what_was_sent_and_what_came_back(self) -> None:
        self.receiver.status = 500
        self.pay()
        self.send()
        page = self.client.get(self.address("webhook"))
        for text in ("transfer.received", "answer 500", "thanks", "Failing since"):
            self.assertContains(page, text)
        self.receiver.status = 200
        self.client.post(self.address("send_all_again"))
        self.send()
        self.assertContains(self.client.get(self.address("webhook")), "Delivered")

    def test_ask_for_the_pin_where_a_secret_is_made_and_tell_the_owner(self) -> None:
        for address, more, kind in (
            (reverse("outbox:new_webhook"), {"url": self.receiver.url}, "webhook_made"),
            (self.address("roll_secret"), {}, "webhook_secret_rolled"),
        ):
            with self.subTest(address):
                before = len(told(kind))
                self.assertNotContains(self.client.post(address, {**more, "pin": "000000"}), "whsec_", status_code=403)
                shown = self.client.post(address, {**more, "pin": PIN})
                self.assertContains(shown, "whsec_")
                self.assertIn("no-store", shown.headers["Cache-Control"])
                self.assertEqual(len(told(kind)), before + 1)

    def test_ask_for_the_pin_before_events_go_to_another_address(self) -> None:
        """Whoever has only the session must not have the owner's events sent to them."""
        page, elsewhere = self.address("webhook"), f"{self.receiver.url}/elsewhere"
        types = {"types": ["transfer.received"]}
        self.assertContains(self.client.post(page, {"url": elsewhere} | types), "Another address needs your PIN.")
        self.assertEqual(self.client.post(page, {"url": elsewhere, "pin": "000000"} | types).status_code, 403)
        self.endpoint.refresh_from_db()
        self.assertEqual(self.endpoint.url, self.receiver.url)
        self.assertRedirects(self.client.post(page, {"url": self.receiver.url} | types), page)  # only the types
        self.assertEqual(told("webhook_moved"), [])
        self.assertRedirects(self.client.post(page, {"url": elsewhere, "pin": PIN} | types), page)
        self.assertEqual(told("webhook_moved"), ["webhook_moved"])

    def test_switch_off_test_and_delete(self) -> None:
        self.client.post(self.address("switch_off"))
        self.assertContains(self.client.post(self.address("test_webhook"), follow=True), "switched off")
        self.client.post(self.address("switch_on"))
        self.client.post(self.address("test_webhook"))
        self.send()
        self.assertEqual(len(self.receiver.received), 1)
        self.assertRedirects(self.client.post(self.address("delete_webhook")), reverse("outbox:webhooks"))

    def test_of_others_are_not_found(self) -> None:
        self.pay()
        self.send()
        self.client.force_login(self.alice)
        self.assertEqual(self.client.get(self.address("webhook")).status_code, 404)
        for name in ("roll_secret", "test_webhook", "switch_off", "switch_on", "send_all_again", "delete_webhook"):
            with self.subTest(name):
                self.assertEqual(self.client.post(self.address(name), {"pin": PIN}).status_code, 404)
        delivery = Delivery.objects.get()
        self.assertEqual(self.client.post(reverse("outbox:send_again", args=[delivery.reference])).status_code, 404)


def told(*kinds: str) -> list[str]:
    """The kinds of the notifications of these kinds, in order."""
    return list(Notification.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True))
