"""Looking at all checks: by one thread at a time, at most every two seconds, however many people ask.

So a stranger who asks for `/readyz` again and again costs nothing, and a database that is silent holds up one thread
that nobody needs, and not those that answer requests.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from django.db import connections
from django.utils.translation import gettext as _

from conversion.readings import Check, Reading, known_checks

FRESH_S = 2.0  # for this long, what was found is the answer to all who ask
PATIENCE_S = 3.0  # a look that takes longer counts as failed
KNOWN_S = 10.0  # what is older than this is no answer any more, also to those who come while somebody looks
LOG_EVERY_S = 60.0  # the reason for one bad check

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in the order of the checks, at a moment of the monotonic clock.

    Without a database, checks that ask it are left out.
    """

    readings: list[tuple[Check, Reading]]
    at: float

    def __getitem__(self, name: str) -> Reading:
        return next(reading for check, reading in self.readings if check.name == name)

    @property
    def can_move_money(self) -> bool:
        return all(reading.is_well for check, reading in self.readings if check.needed)


def checks() -> list[Check]:
    """The checks of all rooms, the database first."""
    return sorted(known_checks.values(), key=lambda check: (check.name != "database", not check.needed))


class _Look(threading.Thread):
    """One look at all checks, on a connection of its own."""

    def __init__(self) -> None:
        super().__init__(name="look", daemon=True)
        self.began = time.monotonic()
        self.found: Found | None = None

    def run(self) -> None:
        readings: list[tuple[Check, Reading]] = []
        try:
            for check in checks():
                if not (check.asks_database and readings and not readings[0][1].is_well):
                    readings.append((check, _look_at(check)))
        finally:
            connections.close_all()
        self.found = Found(readings, time.monotonic())

    def is_overdue(self) -> bool:
        return time.monotonic() >= self.began + PATIENCE_S


class Observer:
    """Knows what was found last, and looks again when somebody asks and that is too old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: _Look | None = None
        self._found: Found | None = None

    def found(self) -> Found:
        """What was found within the last seconds, after PATIENCE_S at the latest."""
        with self._lock:
            known = self._newest()
            if known and _age_s(known) < FRESH_S:
                return known
            is_first = self._look is None
            if self._look is None:
                self._look = _Look()
                self._look.start()
            look = self._look
        if known and not is_first and _age_s(known) < KNOWN_S:
            return known
        look.join(max(0.0, look.began + PATIENCE_S - time.monotonic()))
        with self._lock:
            return self._newest() or silent()

    def _newest(self) -> Found | None:
        """Takes over what the look found, if it has ended. One that is overdue found that the database is silent."""
        look = self._look
        if look and not look.is_alive():
            self._look, self._found = None, look.found or silent()
        elif look and look.is_overdue():
            self._found = silent()
        return self._found


observer = Observer()


def silent() -> Found:
    """What is found where the look itself does not end."""
    database = checks()[0]
    return Found([(database, Reading(False, _("The database does not answer.")))], time.monotonic())


def _age_s(found: Found) -> float:
    return time.monotonic() - found.at


_logged: dict[str, float] = {}


def _look_at(check: Check) -> Reading:
    """The reading. The reason for a bad one is logged once a minute, and an exception's text is shown to nobody."""
    try:
        reading, failure = check.look(), None
    except Exception as error:
        reading, failure = Reading(False, _("This could not be looked at (%s).") % type(error).__name__), error
    if not reading.is_well and time.monotonic() - _logged.get(check.name, -LOG_EVERY_S) >= LOG_EVERY_S:
        _logged[check.name] = time.monotonic()
        log.warning("not well: %s: %s", check.name, reading.says, exc_info=failure)
    return reading
