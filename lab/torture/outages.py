"""An outage: a fault that begins and ends while members use the installation, and what they and /readyz saw of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.db import connection

from . import checker
from .figure import Attack, Result
from .history import BOOKED, History, Operation
from .installation import ScratchInstallation
from .members import Load, NoAnswer, Person

RECOVERY_S = 10.0  # within which all is well again after the fault ended
PAGE_S = 6.0  # within which a page must answer meanwhile, if only with 503
BEFORE_S = 0.5
AFTER_S = 1.0
ASK_EVERY_S = 0.2
GIVE_UP_S = 60.0
SILENCE_S = 3.0  # without an answer of /readyz, which itself waits two seconds for a connection; then it is asked again


@dataclass(frozen=True, slots=True)
class Outage:
    """A fault, and what must be seen of it.

    The fault begins when `fault` is entered and has ended when its block was left; `lasts_s` seconds are between.
    /readyz must answer 503 meanwhile, unless `turns_red` is false. Members must hear one of the codes `says`, if there
    are any. `hangs` where people have to wait, because a stopped process has their question.
    """

    name: str
    fault: Callable[[], AbstractContextManager[object]]
    lasts_s: float
    turns_red: bool = True
    books_nothing: bool = False
    says: tuple[str, ...] = ()
    hangs: bool = False


class Watch(threading.Thread):
    """Opens one person's home again and again until the block ends, and keeps the statuses and the longest wait."""

    def __init__(self, person: Person) -> None:
        super().__init__(daemon=True)
        self.statuses: Counter[int] = Counter()  # 0: no answer
        self.longest_s = 0.0
        self._person = person
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(ASK_EVERY_S):
            began = time.monotonic()
            try:
                status = self._person.get("/").status
            except NoAnswer:
                status = 0
            self.statuses[status] += 1
            self.longest_s = max(self.longest_s, time.monotonic() - began)

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.join(GIVE_UP_S)


def endure(attack: Attack, result: Result, *outages: Outage) -> None:
    """Lets the outages come, one after the other, and adds what was seen to the result."""
    for outage in outages:
        history = History()
        people = [*attack.loaders, attack.racers[0]]
        with Load(attack.loaders, seed=attack.seed, history=history), Watch(attack.racers[0]) as watch:
            time.sleep(BEFORE_S)
            with outage.fault():
                began = time.monotonic()
                red_s = _seconds_until_red(attack.installation, outage)
                time.sleep(max(0.0, began + outage.lasts_s - time.monotonic()))
                until = time.monotonic()
            ended = time.monotonic()
            ready_s, booked_s = _seconds_until_well(attack.installation, history, ended)
            time.sleep(AFTER_S)
        attack.history.operations += history.operations
        wrong = [
            *_wrong_meanwhile(outage, history.operations, began=began, until=until, red_s=red_s),
            *_not_back(ready_s, booked_s),
            *_wrong_pages(outage, watch, people),
            *_wrong_books(attack),
        ]
        result.reached += 1
        result.violations += [f"{outage.name}: {each}" for each in wrong]
        result.notes.append(
            f"{outage.name}: {ended - began:.1f} s, {_red(red_s)}; then ready in {_told(ready_s)}, a booking in"
            f" {_told(booked_s)}; longest page {watch.longest_s:.1f} s; {_counted(history.counts())}; heard"
            f" {_counted(history.heard())}"
        )


def with_laws(result: Result) -> Result:
    """The result with the violations of the ledger's laws, which are looked at once a figure."""
    connection.close()
    result.violations += checker.broken_laws()
    return result


def _seconds_until_red(installation: ScratchInstallation, outage: Outage) -> float | None:
    """How long /readyz did not answer 503; None where it did not all the time. Where people wait, silence is enough."""
    began = time.monotonic()
    while (passed_s := time.monotonic() - began) < outage.lasts_s:
        answer = installation.web.answer_to("/readyz", within_s=min(SILENCE_S, outage.lasts_s - passed_s))
        if answer >= 500 or (answer == 0 and outage.hangs):
            return time.monotonic() - began
        time.sleep(ASK_EVERY_S)
    return None


def _seconds_until_well(
    installation: ScratchInstallation, history: History, ended: float
) -> tuple[float | None, float | None]:
    """The seconds from the fault's end until /readyz answers 200, and until a payment that began since is booked."""
    ready_s = booked_at = None
    while time.monotonic() - ended < GIVE_UP_S and (ready_s is None or booked_at is None):
        if ready_s is None and installation.web.answer_to("/readyz") == 200:
            ready_s = time.monotonic() - ended
        booked_at = history.booked_after(ended)
        time.sleep(0.02)
    return ready_s, booked_at - ended if booked_at else None


def _wrong_meanwhile(
    outage: Outage, operations: list[Operation], *, began: float, until: float, red_s: float | None
) -> list[str]:
    wrong = []
    if outage.turns_red and red_s is None:
        wrong.append("/readyz never answered 503")
    heard = {code for operation in operations for code in operation.heard}
    if outage.says and heard.isdisjoint(outage.says):
        wrong.append(f"nobody heard {' or '.join(outage.says)}")
    if outage.books_nothing:
        meanwhile = [one for one in operations if one.began > began and one.ended < until and one.answer == BOOKED]
        wrong += [f"{len(meanwhile)} payments were booked meanwhile"] if meanwhile else []
    return wrong


def _not_back(ready_s: float | None, booked_s: float | None) -> list[str]:
    return [
        f"{what}: {_told(seconds)}"
        for what, seconds in (("until ready again", ready_s), ("until a payment was booked", booked_s))
        if seconds is None or seconds > RECOVERY_S
    ]


def _wrong_pages(outage: Outage, watch: Watch, people: list[Person]) -> list[str]:
    wrong = [f"answered 500: {each}" for person in people for each in person.failed]
    for person in people:
        person.failed.clear()
    if watch.longest_s > PAGE_S and not outage.hangs:
        wrong.append(f"a page answered only after {watch.longest_s:.1f} s")
    return wrong


def _wrong_books(attack: Attack) -> list[str]:
    connection.close()  # the outage may have ended it
    return checker.against_the_ledger(attack.history.operations)


def _red(red_s: float | None) -> str:
    return "never red" if red_s is None else f"red in {red_s:.1f} s"


def _told(seconds: float | None) -> str:
    return f"not in {GIVE_UP_S:.0f} s" if seconds is None else f"{seconds:.1f} s"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "nothing"
