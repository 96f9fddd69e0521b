"""X3, for people: strangers cannot tell who is a member, neither at sign-in, nor by a password reset, nor at sign-up.

A username that is taken is told at sign-up, which is decided: people pay each other by it. An address is not told.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from accounts.models import User

from .browser import Answer, Browser, sign_in
from .figure import Means, Result
from .likeness import clocked, difference
from .people import forget_tries

PAIRS = 30
PASSWORD = "a wrong but long one"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Question:
    """What a stranger asks about a person: `ask` with a username or an address, and what else the answer repeats."""

    name: str
    by_address: bool
    ask: Callable[[Browser, str], tuple[Answer, tuple[str, ...]]]


def compare(means: Means, result: Result) -> None:
    """Asks each question about members and about nobody, and compares the answers and their times."""
    sources = itertools.cycle(f"127.0.0.{number}" for number in range(2, 250))  # each asks once in a while
    for question in QUESTIONS:
        members = itertools.cycle(_members(question))
        somebody = partial(_asked, means, question, members, sources)
        nobody = partial(_asked, means, question, (_like(means, name) for name in members), sources)
        for _ in range(means.times(10)):
            (known, hide_known), (unknown, hide_unknown) = somebody(), nobody()
            unlike = difference(known, unknown, hidden=(*hide_known, *hide_unknown))
            result.check(not unlike, f"{question.name} tells who is a member: {unlike}")
        clock, differs = clocked(_answers(somebody), _answers(nobody), pairs=means.times(PAIRS), chance=means.chance)
        result.check(
            not differs,
            f"{question.name} takes {clock.first_s * 1000:.1f} ms for a member and {clock.second_s * 1000:.1f} ms"
            f" for nobody ({clock.pairs} pairs)",
        )
        result.notes.append(f"{question.name}: time for a member ÷ for nobody {clock.ratio:.3f} ({clock.pairs} pairs)")


def _asked(
    means: Means, question: Question, names: Iterator[str], sources: Iterator[str]
) -> tuple[Answer, tuple[str, ...]]:
    """The answer, and what it repeats of what was asked."""
    forget_tries()
    name = next(names)
    answer, repeats = question.ask(Browser(means.door, next(sources)), name)
    return answer, (name, *repeats)


def _answers(ask: Callable[[], tuple[Answer, tuple[str, ...]]]) -> Callable[[], Answer]:
    return lambda: ask()[0]


def _sign_in(browser: Browser, name: str) -> tuple[Answer, tuple[str, ...]]:
    return sign_in(browser, name, PASSWORD), ()


def _reset(browser: Browser, address: str) -> tuple[Answer, tuple[str, ...]]:
    return browser.post("/accounts/password/reset/", {"email": address}), ()


def _sign_up(browser: Browser, address: str) -> tuple[Answer, tuple[str, ...]]:
    username = f"x{uuid4().hex[:12]}"
    form = {
        "username": username,
        "first_name": "Some",
        "last_name": "Body",
        "email": address,
        "currency": "GBP",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return browser.post("/accounts/signup/", form), (username,)


QUESTIONS = (
    Question("sign-in by username", False, _sign_in),
    Question("sign-in by address", True, _sign_in),
    Question("password reset", True, _reset),
    Question("sign-up", True, _sign_up),
)


def _members(question: Question) -> list[str]:
    active = User.objects.filter(is_active=True).exclude(username__startswith="x").order_by("pk")
    if question.by_address:
        return list(active.exclude(email="").values_list("email", flat=True))
    return list(active.values_list("username", flat=True))


def _like(means: Means, name: str) -> str:
    """A name of nobody, as long as this one."""
    local, at, host = name.partition("@")
    return "q" + "".join(means.chance.choices(string.ascii_lowercase, k=len(local) - 1)) + at + host
