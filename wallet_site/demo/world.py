"""Makes the demo: people and about a hundred days of payments, through the services that pages use."""

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
from events.kinds import known_topics
from events.models import Notification
from ledger.models import Transfer
from outbox.models import Preference
from outbox.preferences.models import Choice
from outbox.preferences.service import choose
from payments.acting import Act, Doing, Stage
from payments.notifications.service import mark_all_read
from payments.registration.kinds import GRANT
from payments.registration.service import register
from timestamp_rpc.server import TimestampServer
from wallet_site.plugs import gather

from .people import ADMINISTRATOR, PASSWORD, PEOPLE, PIN

LIVED = dt.timedelta(days=100)  # how long ago the demo begins
LATELY = dt.timedelta(hours=4)  # how long ago the features' LATELY acts happen


def is_in_use() -> bool:
    """Whether this installation has other people than the demo's, or any transfer besides opening grants.

    With only the demo's people and their opening grants, an earlier run was interrupted, and this run continues it.
    """
    strangers = User.objects.exclude(username__in=[person[0] for person in PEOPLE])
    return strangers.exists() or Transfer.objects.exclude(kind=GRANT).exists()


class World:
    """Plays the demo's days, on a timestamp server of its own whose clock starts in the past."""

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
            self._want_no_letters()
            for moment in self._moments(began, now - LATELY):
                server.clock.ahead = moment - dt.datetime.now(dt.UTC)
                self._try(self._act())
                # The database wrote today's time: notifications get the moment of the act.
                Notification.objects.filter(created_at__gte=now).update(created_at=moment)
            server.clock.ahead = -LATELY
            for do in gather("demo", "LATELY"):
                do(self.stage)
            server.clock.ahead = dt.timedelta(0)
            self._leave_something_to_do()
        Notification.objects.update(mail_due_at=None)
        Preference.objects.all().delete()

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
                    is_confirmed=True,
                )
            known[username].set_pin(PIN)
            self.stage.people[username] = known[username]
        self.say(f"{len(PEOPLE)} people were registered")

    def _want_no_letters(self) -> None:
        """Until the demo is made: nobody wants letters of a hundred days, and the messenger runs meanwhile."""
        for person in self.stage.people.values():
            choose(person, dict.fromkeys(known_topics, Choice.NEVER))

    def _moments(self, began: dt.datetime, now: dt.datetime) -> Iterator[dt.datetime]:
        """Yields one to three moments a day between 8:00 and 22:00 UTC, in order, none after `now`."""
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
        except PaymentError as refusal:  # expected: a realistic demo also has people with too little money
            self.say(f"refused: {refusal.code}")

    def _leave_something_to_do(self) -> None:
        """Marks all notifications as read, then runs the features' LAST acts, so that visitors find something to do."""
        for person in self.stage.people.values():
            mark_all_read(person)
        for do in gather("demo", "LAST"):
            self._try(do)
        self.say(f"{Notification.objects.filter(read_at=None).count()} notifications are unread")


@contextlib.contextmanager
def _clock_from(start_at: dt.datetime) -> Iterator[TimestampServer]:
    """Runs a timestamp server whose clock begins at `start_at`; in this process alone the tolerance allows that."""
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
    """Makes sure that a conversion service answers: the running one, or else one that this process starts meanwhile."""
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
        """Logs nothing: a line for each conversion of the demo would be noise."""
