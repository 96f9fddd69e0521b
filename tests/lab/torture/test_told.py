"""The check of D2 finds every kind of violation, after real payments and holds with one mistake each."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.db.models import F

from events.listeners import listen
from events.models import Listener
from lab.torture import told
from ledger.models import Transfer
from outbox.events.documents import event_id
from outbox.events.service import tell_events
from outbox.models import Message
from outbox.webhooks.service import create_endpoint
from payments.holds.service import release_hold
from tests.base import MoneyTestCase
from tests.cast import person, placed, sent
from tests.concurrency.crowd import at_once


class TheCheck(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")
        self.since = told.now()
        for user in (self.alice, self.bob):
            listen(user.pk)
        for _ in range(3):
            sent(self.alice, self.bob, "1")
        release_hold(by=self.bob, hold=placed(self.alice, self.bob, "1"))
        placed(self.alice, self.bob, "1")
        tell_events()

    def finds(self, *words: str) -> None:
        found = told.violations(self.since)
        self.assertEqual(len(found), len(words), found)
        for line, word in zip(found, words, strict=True):
            self.assertIn(word, line)

    def newest(self, **which: str) -> Message:
        return Message.objects.filter(user=self.bob, **which).latest("seq")

    def test_has_nothing_to_say_where_all_was_told_once(self) -> None:
        self.assertEqual(Message.objects.count(), 12)
        self.finds()

    def test_knows_a_transfer_by_its_time_since_its_id_may_be_lower_than_earlier_ones(self) -> None:
        at_once([partial(sent, self.alice, self.bob, "1")])  # in a session that takes the next hundred ids
        tell_events()
        Message.objects.all().delete()
        Listener.objects.update(last_seq=0)
        since = told.now()
        sent(self.alice, self.bob, "1")
        tell_events()
        self.assertLess(Transfer.objects.latest("booked_at").pk, Transfer.objects.latest("pk").pk)
        self.assertEqual(told.violations(since), [])

    def test_finds_what_was_lost(self) -> None:
        lost = self.newest()
        lost.delete()
        Listener.objects.filter(user=self.bob).update(last_seq=F("last_seq") - 1)
        self.finds(f"lost: {lost.type}")

    def test_finds_what_was_told_twice(self) -> None:
        message = self.newest()
        message.pk, message.reference, message.seq = None, uuid4(), message.seq + 1
        message.save()
        Listener.objects.filter(user=self.bob).update(last_seq=F("last_seq") + 1)
        self.finds(f"told twice: {message.type}")

    def test_finds_what_never_happened(self) -> None:
        Message.objects.filter(pk=self.newest(type="transfer.received").pk).update(type="hold.captured")
        self.finds("lost: transfer", "invented or told twice: hold.captured")

    def test_finds_a_gap_in_the_numbers(self) -> None:
        Listener.objects.filter(user=self.bob).update(last_seq=F("last_seq") + 1)
        self.finds("gap")

    def test_finds_a_delivery_that_is_missing_strange_or_changed(self) -> None:
        endpoint, _secret = create_endpoint(user=self.bob, url="http://127.0.0.1:1/")
        messages = Message.objects.filter(user=self.bob)
        came = {event_id(each.reference): [each.body.encode()] * 2 for each in messages}
        self.assertEqual(told.undelivered(endpoint, came), [])
        first = next(iter(came))
        self.assertEqual(
            told.undelivered(endpoint, came | {first: [came[first][0] + b" "]}), [f"arrived in another form: {first}"]
        )
        self.assertEqual(told.undelivered(endpoint, came | {"evt_x": [b"{}"]}), ["arrived and was never told: evt_x"])
        del came[first]
        self.assertEqual(told.undelivered(endpoint, came), [f"never arrived: {first}"])
