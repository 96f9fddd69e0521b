"""A believable little world over some months, made through the services and checked by the audit."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts.services import register
from conversion.money import Money
from payments import audit, queries
from payments.exceptions import PaymentError
from payments.models import Notification
from payments.services import notifications, quotes, requests, topups, transfers
from timestamp_rpc.server import TimestampServer

PASSWORD = "demo"  # noqa: S105 - well known on purpose; production refuses a house that has it
PIN = "246810"
MONTHS_BACK = dt.timedelta(days=75)
NOTES = (
    "pizza", "club mate", "cinema", "bus ticket", "laser cutter", "filament", "coffee beans", "birthday present",
    "concert", "groceries", "book", "lunch", "workshop fee", "bike repair", "tea", "half of the taxi",
)  # fmt: skip
PEOPLE = (
    ("admin1", "Ada", "Morgan", "GBP", "administrator"),
    ("alice", "Alice", "Archer", "GBP", "member"),
    ("bob", "Bob", "Baker", "GBP", "member"),
    ("carla", "Carla", "Conti", "EUR", "member"),
    ("dmitri", "Dmitri", "Petrov", "PLN", "member"),
    ("emeka", "Emeka", "Okafor", "GBP", "member"),
    ("freya", "Freya", "Lindqvist", "SEK", "member"),
    ("hana", "Hana", "Sato", "JPY", "member"),
    ("jonas", "Jonas", "Weber", "EUR", "member"),
    ("leila", "Leila", "Haddad", "KWD", "member"),
    ("priya", "Priya", "Nair", "INR", "member"),
    ("sam", "Sam", "Miller", "USD", "member"),
    ("cass", "Cass", "Carter", "GBP", "cashier"),
    ("tess", "Tess", "Taylor", "GBP", "treasurer"),
    ("audrey", "Audrey", "Adler", "GBP", "auditor"),
)

SIGN_INS = (  # what `./wallet run` prints when it is ready
    ("admin1", "admin1", "administrator"),
    ("alice", PASSWORD, f"member, PIN {PIN}, like everybody's"),
    ("bob", PASSWORD, "member"),
    ("carla", PASSWORD, "member with euros"),
    ("cass", PASSWORD, "cashier"),
    ("tess", PASSWORD, "treasurer"),
)


class Command(BaseCommand):
    help = "Fills an empty demo house with people and some months of payments."

    def handle(self, **_: Any) -> None:
        if not settings.DEMO:
            raise CommandError("a demo world is for demo mode only (DEMO=true)")
        if get_user_model().objects.exists():
            self.stdout.write("somebody lives here already: nothing was seeded")
            return
        World(say=self.stdout.write).live()
        run = audit.run()
        if run.breaches:
            raise CommandError(f"the books do not balance: {audit.breaches()[:3]}")


class World:
    """Lives the months from a clock of its own that starts in the past."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self.say = say
        self.chance = random.Random(1)  # noqa: S311 - the same world every time
        self.people: dict[str, Any] = {}

    def live(self) -> None:
        began = dt.datetime.now(dt.UTC) - MONTHS_BACK
        server = TimestampServer(start_at=began).start()
        servers, tolerance = settings.TIMESTAMP_SERVERS, settings.TIMESTAMP_TOLERANCE_S
        settings.TIMESTAMP_SERVERS = [f"127.0.0.1:{server.port}"]
        settings.TIMESTAMP_TOLERANCE_S = int(MONTHS_BACK.total_seconds()) + 3600
        try:
            self._move_in()
            for day in range(MONTHS_BACK.days - 1):
                self._spend_a_day(server, began + dt.timedelta(days=day))
        finally:
            settings.TIMESTAMP_SERVERS, settings.TIMESTAMP_TOLERANCE_S = servers, tolerance
            server.stop()
        self._leave_something_to_do()

    def _move_in(self) -> None:
        for username, first_name, last_name, currency, role in PEOPLE:
            self.people[username], _ = register(
                username=username,
                first_name=first_name,
                last_name=last_name,
                email=f"{username}@example.org",
                password="admin1" if username == "admin1" else PASSWORD,
                currency=currency,
                role=role,
            )
            self.people[username].set_pin(PIN)
        self.say(f"{len(PEOPLE)} people moved in")

    def _spend_a_day(self, server: TimestampServer, day: dt.datetime) -> None:
        for hour in sorted(self.chance.uniform(8, 22) for _ in range(self.chance.randint(1, 3))):
            midnight = day.replace(hour=0, minute=0, second=0)
            server.clock.ahead = midnight + dt.timedelta(hours=hour) - dt.datetime.now(dt.UTC)
            action = self.chance.choices((self._pay, self._ask, self._take_cash), weights=(8, 3, 1))[0]
            try:
                action()
            except PaymentError as refusal:  # a world in which nobody is ever short would not be believable
                self.say(f"refused: {refusal.code}")

    def _two(self) -> tuple[Any, Any]:
        names = [name for name in self.people if name != "admin1"] + ["alice", "alice", "bob"]
        first = self.chance.choice(names)
        return self.people[first], self.people[self.chance.choice([name for name in names if name != first])]

    def _some(self, user: Any) -> Money:
        """A small part of what the user has, at round figures."""
        balance = queries.wallet_of(user).settled
        share = max(balance.minor // self.chance.randint(12, 60), 1)
        step = 10 ** max(balance.currency.exponent - 1, 0) * (50 if balance.currency.exponent == 0 else 5)
        return Money(max(share // step * step, step), balance.currency)

    def _pay(self) -> None:
        sender, recipient = self._two()
        quote = quotes.quote_transfer(
            maker=sender,
            recipient=queries.wallet_of(recipient),
            amount=self._some(sender),
            note=self.chance.choice(NOTES),
            key=uuid4(),
        )
        transfers.send_money(sender=sender, quote=quote, pin=PIN)

    def _ask(self) -> None:
        requester, payer = self._two()
        asked = requests.ask_for_money(
            requester=requester,
            payer=payer,
            amount=self._some(requester),
            note=self.chance.choice(NOTES),
            key=uuid4(),
        )
        answer = self.chance.random()
        if answer < 0.65:
            quote = quotes.quote_request(payer=payer, payment_request=asked, key=uuid4())
            transfers.send_money(sender=payer, quote=quote, pin=PIN)
        elif answer < 0.85:
            requests.decline_request(payer=payer, payment_request=asked)
        else:
            requests.cancel_request(requester=requester, payment_request=asked)

    def _take_cash(self) -> None:
        member, _ = self._two()
        topups.take_cash(cashier=self.people["cass"], member=member, amount=self._some(member), key=uuid4())

    def _leave_something_to_do(self) -> None:
        """Today: everything old is read, a few requests are open, somebody just topped up."""
        for person in self.people.values():
            notifications.mark_all_read(person)
        for requester, payer, amount, note in (
            ("bob", "alice", "12.50", "pizza on Friday"),
            ("carla", "alice", "8.00", "concert"),
            ("alice", "jonas", "20.00", "train ticket"),
        ):
            asker = self.people[requester]
            requests.ask_for_money(
                requester=asker,
                payer=self.people[payer],
                amount=Money.of(amount, asker.currency),
                note=note,
                key=uuid4(),
            )
        topups.top_up_on_trust(member=self.people["alice"], amount=Money.of("20", "GBP"), key=uuid4())
        self.say(f"{Notification.objects.filter(read_at=None).count()} notifications are waiting")
