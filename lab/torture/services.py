"""Figure R4: the timestamp service and the conversion service are down, hang, are slow, or send wrong answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.db import connection, connections

from lab.scratch.world import PIN

from .figure import Attack, Result
from .members import RECEIPT, REVIEW, NoAnswer, Person, quote_over_http
from .proxy import Mood
from .races import booked
from .volley import Shot, fire

MOODS = [mood for mood in Mood if mood is not Mood.HONEST]
AT_ONCE = 6
PATIENCE_S = 5.0  # within which six people at once, on six threads, must get a clear answer
HELD_S = 0.25  # longer than any money transaction takes


def misbehaving(attack: Attack, seconds: float) -> Result:
    """R4: each service in each mood, while several people need it at once. One service in one mood is a cell."""
    result, give_up_at = Result(), time.monotonic() + seconds
    while not result.reached or time.monotonic() < give_up_at:
        for mood in MOODS:
            result.violations += [f"clock {mood.name}: {wrong}" for wrong in _without_a_clock(attack, mood)]
            result.violations += [f"conversion {mood.name}: {wrong}" for wrong in _without_rates(attack, mood)]
            result.reached += 2
    return result


def _without_a_clock(attack: Attack, mood: Mood) -> list[str]:
    """The violations while the timestamp service misbehaves.

    A confirmation must be refused clearly and book nothing. The same form must book once the service is well again.
    """
    people = attack.chance.sample(attack.racers, AT_ONCE + 1)
    other = people.pop()
    quotes = [quote_over_http(person, other, 1) for person in people]
    shots = [
        Shot(person, f"/payments/send/{quote.reference}/", {"pin": PIN})
        for person, quote in zip(people, quotes, strict=True)
        if quote
    ]
    attack.installation.clock.become(mood)
    try:
        wrong = _refused_clearly(shots)
    finally:
        attack.installation.clock.become(Mood.HONEST)
    keys = [quote.key for quote in quotes if quote]
    wrong += [
        f"{there} booked without a timestamp" for there in [sum(booked(person, keys) for person in people)] if there
    ]
    time.sleep(0.1)
    for shot in shots:
        if not _books(shot):
            wrong.append("the same form did not book afterwards")
    return wrong


def _books(shot: Shot) -> bool:
    """Whether the form books within eight seconds.

    It is sent again and again, since the client does not use a service for some seconds after a failure.
    """
    give_up_at = time.monotonic() + 8
    while time.monotonic() < give_up_at:
        if shot.person.post(shot.path, **shot.form).names(RECEIPT):
            return True
        time.sleep(0.2)
    return False


def _without_rates(attack: Attack, mood: Mood) -> list[str]:
    """The violations while the conversion service misbehaves: a quote into another currency must be refused clearly."""
    people: list[Person] = attack.chance.sample(attack.racers, AT_ONCE)
    form = {"recipient": attack.abroad.username, "amount": "12.34", "note": ""}
    shots = [Shot(person, "/payments/send/", form | {"key": uuid4()}) for person in people]
    attack.installation.conversion.become(mood)
    try:
        wrong = _refused_clearly(shots)
    finally:
        attack.installation.conversion.become(Mood.HONEST)
    if not people[0].post("/payments/send/", **form, key=uuid4()).names(REVIEW):
        wrong.append("no quote afterwards")
    return wrong


def _refused_clearly(shots: list[Shot]) -> list[str]:
    began = time.monotonic()
    with _watching_locks() as held:
        try:
            answers = fire(shots)
        except NoAnswer as error:
            return [f"no answer: {error}"]
    took_s = time.monotonic() - began
    wrong = [f"{len(held)} sessions waited inside a transaction: {held[0]}"] if held else []
    wrong += [
        f"answered {answer.status}, not a clear 503" for answer in answers if not _is_clear(answer.status, answer.body)
    ]
    if took_s > PATIENCE_S:
        wrong.append(f"answered only after {took_s:.1f} s")
    return wrong


def _is_clear(status: int, body: bytes) -> bool:
    return status == 503 and b"Nothing was booked" in body


@contextmanager
def _watching_locks() -> Iterator[list[str]]:
    """Watches PostgreSQL meanwhile. Yields the list of sessions whose transaction is open longer than HELD_S."""
    held: list[str] = []
    stopped = threading.Event()

    def watch() -> None:
        with connection.cursor() as cursor:
            while not stopped.wait(0.05):
                cursor.execute(
                    """SELECT state || ': ' || left(query, 80) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user
                          AND state <> 'idle' AND clock_timestamp() - xact_start > %s * interval '1 second'""",
                    [HELD_S],
                )
                held.extend(row[0] for row in cursor.fetchall())
        connections.close_all()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield held
    finally:
        stopped.set()
        thread.join()
