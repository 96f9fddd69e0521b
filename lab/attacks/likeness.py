"""Are two answers alike for somebody who asked? In what they say, and in the time that they take."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from urllib.parse import quote

from .browser import Answer

TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*')
COOKIE = re.compile(r"^([^=]+)=[^;]*")
MOMENT = re.compile(r"(?i)(expires=)[^;]*")
PIN = re.compile(r"\b\d{6}\b|\b\d{3} \d{3}\b")
DIFFER_ANYWAY = {"date", "expires", "x-request-id", "content-length", "ratelimit"}  # the body is compared itself
SURE = 4.0  # standard deviations of the sign test: by chance once in 30,000 comparisons, and each is made twice
LEAST_PAIRS = 24  # with fewer than 17, even if one is slower each time, the sign test could not be SURE
NOTICEABLE = 0.05  # the least difference of the medians that counts, as a part of the smaller one


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of two kinds of requests: the medians in seconds, and how often the first of a pair was slower."""

    first_s: float
    second_s: float
    pairs: int
    slower: int

    @property
    def ratio(self) -> float:
        return self.first_s / self.second_s

    @property
    def differs(self) -> bool:
        """Whether the difference is larger than chance explains, and large enough to be noticed."""
        away = (self.slower - self.pairs / 2) / (sqrt(self.pairs) / 2)
        return abs(away) > SURE and max(self.ratio, 1 / self.ratio) > 1 + NOTICEABLE


def difference(one: Answer, other: Answer, *, hidden: Sequence[str]) -> str:
    """What differs between two answers, besides what is secret or new each time; "" where nothing does.

    `hidden` is what the requests themselves named, such as an id. All of it is hidden in both answers, since a page may
    name somebody whatever was asked, as the sign-in page of a demo does.
    """
    if one.status != other.status:
        return f"status {one.status} and {other.status}"
    headers = [_headers(answer, hidden) for answer in (one, other)]
    if headers[0] != headers[1]:
        unlike = sorted(set(headers[0]) ^ set(headers[1]))
        return f"headers {unlike[:4]}"
    if _body(one, hidden) != _body(other, hidden):
        return "body"
    return ""


def clocked(
    one: Callable[[], Answer], other: Callable[[], Answer], *, pairs: int, chance: random.Random
) -> tuple[Clock, bool]:
    """Measures both by turns in random order. The bool: they differ, also when measured again for longer."""
    clock = _clock(one, other, max(pairs, LEAST_PAIRS), chance)
    if not clock.differs:
        return clock, False
    again = _clock(one, other, 3 * clock.pairs, chance)
    return again, again.differs and (again.ratio > 1) == (clock.ratio > 1)


def _clock(one: Callable[[], Answer], other: Callable[[], Answer], pairs: int, chance: random.Random) -> Clock:
    times: list[tuple[float, float]] = []
    for _ in range(pairs):
        if chance.random() < 0.5:
            first = one().took_s
            times.append((first, other().took_s))
        else:
            second = other().took_s
            times.append((one().took_s, second))
    slower = sum(first > second for first, second in times)
    return Clock(median(first for first, _ in times), median(second for _, second in times), pairs, slower)


def _headers(answer: Answer, hidden: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for name, value in answer.headers:
        if name.lower() == "set-cookie":
            value = MOMENT.sub(r"\1", COOKIE.sub(r"\1", value))
        if name.lower() not in DIFFER_ANYWAY:
            found.append((name.lower(), _hide(hidden, value)))
    return sorted(found)


def _body(answer: Answer, hidden: Sequence[str]) -> str:
    text = TOKEN.sub(r"\1", answer.text)
    if request_id := answer.header("X-Request-Id"):
        text = text.replace(request_id, "REQUEST")
    return PIN.sub("PIN", _hide(hidden, text))


def _hide(hidden: Sequence[str], text: str) -> str:
    """Short numbers stand in many places, so they are hidden only as a part of an address."""
    for secret in hidden:
        if secret.isdigit():
            text = re.sub(rf"(/|%2F){secret}(?=/|%2F)", r"\1ID", text)
        else:
            text = text.replace(secret, "ID").replace(quote(secret), "ID")
    return text
