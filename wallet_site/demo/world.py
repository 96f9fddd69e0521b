"""A believable little world over some months, made through the services."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from accounts.models import User
from conversion import client as conversion
from conversion.errors import PaymentError
from conversion.money import Money, currency
from events.models import Notification
from ledger.models import Transfer
from payments.acting import Act, Doing, Stage
from payments.notifications.service import mark_all_read
from payments.registration.kinds import GRANT
from payments.registration.service import register
from timestamp_rpc.server import TimestampServer
from wallet_site.plugs import gather

from .people import ADMINISTRATOR, PASSWORD, PEOPLE, PIN

LIVED = dt.timedelta(days=100)
LATELY = dt.timedelta(hours=4)


def is_lived_in() -> bool:
    """Strangers live here, or money has moved. Only the cast with their opening credit: moving in was interrupted."""
    strangers = User.objects.exclude(username__in=[person[0] for person in PEOPLE])
    return strangers.exists() or Transfer.objects.exclude(kind=GRANT).exists()


class World:
    """Lives the months from a clock of its own that starts in the past."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self.say = say
        self.stage = Stage({})
        self.chance = self.stage.chance
        self.acts: list[Act] = list(gather("demo", "ACTS"))

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
            for do in gather("demo", "LATELY"):
                do(self.stage)
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
            self.stage.people[username] = known[username]
        self.say(f"{len(PEOPLE)} people moved in")

    def _moments(self, began: dt.datetime, now: dt.datetime) -> Iterator[dt.datetime]:
        """One to three a day, between morning and late evening, in order and never in the future."""
        for day in range(1, LIVED.days + 1):
            midnight = (began + dt.timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
            for hour in sorted(self.chance.uniform(8, 22) for _ in range(self.chance.randint(1, 3))):
                if midnight + dt.timedelta(hours=hour) < now:
                    yield midnight + dt.timedelta(hours=hour)

    def _act(self) -> Doing:
        return self.chance.choices([act.do for act in self.acts], weights=[act.often for act in self.acts])[0]

    def _try(self, do: Doing) -> None:
        try:
            do(self.stage)
        except PaymentError as refusal:  # a world in which nobody is ever short would not be believable
            self.say(f"refused: {refusal.code}")

    def _leave_something_to_do(self) -> None:
        """Now: everything old is read, and what the features leave is waiting."""
        for person in self.stage.people.values():
            mark_all_read(person)
        for do in gather("demo", "LAST"):
            self._try(do)
        self.say(f"{Notification.objects.filter(read_at=None).count()} notifications are waiting")


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
    """The conversion service that runs, or, when the installation does not run, one of our own for the time being."""
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
