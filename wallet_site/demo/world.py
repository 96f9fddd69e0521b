from __future__ import annotations

import contextlib
import datetime as dt
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from accounts.models import User
from conversion import client as conversion
from conversion.errors import PaymentError
from conversion.money import Money, currency
from events.models import Notification
from ledger.models import Transfer
from payments.holds import service as holds
from payments.notifications.service import mark_all_read
from payments.owners import wallet_of
from payments.registration.kinds import GRANT
from payments.registration.service import register
from payments.requests import service as requests
from payments.requests.service import quote_request
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.top_ups.service import top_up_on_trust
from payments.transfers.quotes import quote_transfer
from payments.transfers.service import send_money
from timestamp_rpc.server import TimestampServer
from treasury.cash_desk.service import take_cash
from treasury.mass_payments import files as mass_files
from treasury.mass_payments import payouts as mass_payouts
from treasury.mass_payments import service as mass_payments

from .people import (
    ADMINISTRATOR,
    CASH_TODAY,
    GOODS,
    NOTES,
    ON_TRUST,
    PASSWORD,
    PEOPLE,
    PIN,
    SET_ASIDE,
    STILL_OPEN,
    TAKEN,
    WAGES,
)

LIVED = dt.timedelta(days=100)
LATELY = dt.timedelta(hours=4)


def is_lived_in() -> bool:
    """Strangers live here, or money has moved. Only the cast with their opening credit: moving in was interrupted."""
    strangers = User.objects.exclude(username__in=[person[0] for person in PEOPLE])
    return strangers.exists() or Transfer.objects.exclude(kind=GRANT).exists()


class World:
    """Lives the months from a clock of its own that starts in the past. Chance is seeded, the keys too."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self.say = say
        self.chance = random.Random(1)  # noqa: S311 - the same world every time
        self.people: dict[str, User] = {}

    def live(self) -> None:
        now = dt.datetime.now(dt.UTC)
        began = now - LIVED
        with _clock_from(began) as server:
            self._move_in()
            for moment in self._moments(began, now - LATELY):
                server.clock.ahead = moment - dt.datetime.now(dt.UTC)
                self._try(self._act())
                Notification.objects.filter(created_at__gte=now).update(created_at=moment)  # the database's is today
            server.clock.ahead = -LATELY
            self._take_some_back()
            server.clock.ahead = dt.timedelta(0)
            self._leave_something_to_do()

    def _move_in(self) -> None:
        known = {user.username: user for user in User.objects.all()}
        for username, first_name, last_name, unit, role in PEOPLE:
            if username not in known:
                known[username], _ = register(
                    username=username,
                    first_name=first_name,
                    last_name=last_name,
                    email=f"{username}@example.org",
                    password=ADMINISTRATOR if username == ADMINISTRATOR else PASSWORD,
                    currency=unit,
                    role=role,
                )
            known[username].set_pin(PIN)
            self.people[username] = known[username]
        self.say(f"{len(PEOPLE)} people moved in")

    def _moments(self, began: dt.datetime, now: dt.datetime) -> Iterator[dt.datetime]:
        """One to three a day, between morning and late evening, in order and never in the future."""
        for day in range(1, LIVED.days + 1):
            midnight = (began + dt.timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
            for hour in sorted(self.chance.uniform(8, 22) for _ in range(self.chance.randint(1, 3))):
                if midnight + dt.timedelta(hours=hour) < now:
                    yield midnight + dt.timedelta(hours=hour)

    def _act(self) -> Callable[[], object]:
        acts = (self._pay, self._ask, self._take_cash, self._pay_wrongly, self._buy)
        return self.chance.choices(acts, weights=(16, 6, 3, 1, 3))[0]

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except PaymentError as refusal:  # a world in which nobody is ever short would not be believable
            self.say(f"refused: {refusal.code}")

    def _pay(self) -> Transfer:
        sender, recipient = self._two()
        return self._send(sender, recipient, self._some(sender), note=self.chance.choice(NOTES))

    def _buy(self) -> Transfer:
        sender, _ = self._two()
        price = Money(self.chance.randint(4, 40) * 20, currency("GBP"))
        amount = conversion.convert(price, to=currency(sender.currency)).target
        return self._send(sender, self.people["kiosk"], amount, note=self.chance.choice(GOODS))

    def _send(self, sender: User, recipient: User, amount: Money, *, note: str) -> Transfer:
        wallet = wallet_of(recipient)
        quote = quote_transfer(maker=sender, recipient=wallet, amount=amount, note=note, key=self._key())
        return send_money(sender=sender, quote=quote, pin=PIN)

    def _pay_wrongly(self) -> None:
        paid = self._pay()
        reversals.undo(maker=paid.made_by, transfer=paid, key=self._key())

    def _ask(self) -> None:
        requester, payer = self._two()
        asked = requests.ask_for_money(
            requester=requester,
            payer=payer,
            amount=self._some(requester),
            note=self.chance.choice(NOTES),
            key=self._key(),
        )
        answer = self.chance.random()
        if answer < 0.65:
            quote = quote_request(payer=payer, payment_request=asked, key=self._key())
            send_money(sender=payer, quote=quote, pin=PIN)
        elif answer < 0.85:
            requests.decline_request(payer=payer, payment_request=asked)
        else:
            requests.cancel_request(requester=requester, payment_request=asked)

    def _take_cash(self) -> None:
        member, _ = self._two()
        self._take(member, self._some(member))

    def _take(self, member: User, amount: Money) -> None:
        take_cash(cashier=self.people["cass"], member=member, amount=amount, key=self._key())

    def _top_up_on_trust(self, member: User, amount: str) -> None:
        top_up_on_trust(member=member, amount=Money.of(amount, member.currency), key=self._key())

    def _two(self) -> tuple[User, User]:
        names = [name for name in self.people if name not in (ADMINISTRATOR, "kiosk")]
        names += ["alice", "alice", "alice", "bob"]
        first = self.chance.choice(names)
        return self.people[first], self.people[self.chance.choice([name for name in names if name != first])]

    def _some(self, user: User) -> Money:
        """A small part of what the user has, at round figures."""
        balance = wallet_of(user).settled
        share = max(balance.minor // self.chance.randint(12, 60), 1)
        step = 10 ** max(balance.currency.exponent - 1, 0) * (50 if balance.currency.exponent == 0 else 5)
        return Money(max(share // step * step, step), balance.currency)

    def _key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _leave_something_to_do(self) -> None:
        """Now: everything old is read, some topped up, many were paid, and a few requests and offers are open."""
        for person in self.people.values():
            mark_all_read(person)
        self._pay_wages()
        self._set_aside()
        for name, amount in ON_TRUST:
            self._try(partial(self._top_up_on_trust, self.people[name], amount))
        for name, amount in CASH_TODAY:
            self._take(self.people[name], Money.of(amount, self.people[name].currency))
        for requester, payer, amount, note in STILL_OPEN:
            asker = self.people[requester]
            requests.ask_for_money(
                requester=asker,
                payer=self.people[payer],
                amount=Money.of(amount, asker.currency),
                note=note,
                key=self._key(),
            )
        self.say(f"{Notification.objects.filter(read_at=None).count()} notifications are waiting")

    def _take_some_back(self) -> None:
        """The kiosk refunds half of what Alice bought."""
        bought = self._send(self.people["alice"], self.people["kiosk"], Money.of("7.00", "GBP"), note="two sandwiches")
        half = Money.of("3.50", "GBP")
        refunds.refund(payee=self.people["kiosk"], transfer=bought, amount=half, key=self._key(), pin=PIN)

    def _pay_wages(self) -> None:
        rows, tess = mass_files.read(WAGES.encode()), self.people["tess"]
        title = f"Volunteers, {dt.datetime.now(dt.UTC):%B}"
        wages = mass_payments.prepare(maker=tess, title=title, rows=rows, key=self._key())
        mass_payments.confirm(maker=tess, mass_payment=wages, pin=PIN)
        mass_payouts.pay_running()  # beside the worker, if the house runs

    def _set_aside(self) -> None:
        for payer, payee, amount, purpose, note in SET_ASIDE:
            hold = holds.place_hold(
                payer=self.people[payer],
                payee=wallet_of(self.people[payee]),
                amount=Money.of(amount, self.people[payer].currency),
                note=note,
                purpose=purpose,
                key=self._key(),
                pin=PIN,
            )
        taker, amount = TAKEN
        part = Money.of(amount, hold.amount.code)
        holds.capture_hold(payee=self.people[taker], hold=hold, amount=part, key=self._key())


@contextlib.contextmanager
def _clock_from(start_at: dt.datetime) -> Iterator[TimestampServer]:
    """A timestamp server in the past, which for this process alone is within the tolerance."""
    server = TimestampServer(start_at=start_at).start()
    before = settings.TIMESTAMP_SERVERS, settings.TIMESTAMP_TOLERANCE_S
    settings.TIMESTAMP_SERVERS = [f"127.0.0.1:{server.port}"]
    settings.TIMESTAMP_TOLERANCE_S = int(LIVED.total_seconds()) + 3600
    try:
        yield server
    finally:
        settings.TIMESTAMP_SERVERS, settings.TIMESTAMP_TOLERANCE_S = before
        server.stop()


@contextlib.contextmanager
def conversion_at_hand() -> Iterator[None]:
    """The conversion service that runs, or, when the house does not, one of our own for the time being."""
    try:
        conversion.convert(Money.of("1", "GBP"), to=currency("EUR"))
    except conversion.ConversionUnavailable:
        before = settings.CONVERSION_URL, settings.ROOT_URLCONF, settings.SECURE_SSL_REDIRECT
        settings.ROOT_URLCONF, settings.SECURE_SSL_REDIRECT = "wallet_site.conversion_urls", False
        server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)
        settings.CONVERSION_URL = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, name="conversion", daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            settings.CONVERSION_URL, settings.ROOT_URLCONF, settings.SECURE_SSL_REDIRECT = before
    else:
        yield


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads about each conversion of a demo."""
