"""Browsers of attackers and of people: they make requests with any header, and keep cookies.

A `Door` carries requests to an installation: over HTTPS (`https_door.py`), or within the process in tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from django.conf import settings
from django.utils.crypto import get_random_string

HOME = "127.0.0.1"
FORM = "application/x-www-form-urlencoded"
LINKED = re.compile(r"""(?:href|src|action)=["']([^"']*)["']""")


class NoAnswer(Exception):
    """The connection ended without an answer that could be read."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One request. `source` is the address from which it comes, and the header Host may name anything."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    source: str = HOME


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `took_s` is the time from the last byte of the request to the last one of the answer."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    took_s: float = 0.0

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    @property
    def location(self) -> str:
        return self.header("Location")

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def links(self) -> list[str]:
        """Every address in the page."""
        return LINKED.findall(self.text)


class Door(Protocol):
    """The way to an installation. `origin` is its scheme, name and port, as people type them."""

    @property
    def origin(self) -> str: ...

    def send(self, letters: Sequence[Letter]) -> list[Answer]:
        """Sends all letters at one moment and returns their answers in order. Raises NoAnswer."""


@dataclass
class Browser:
    """One browser: its cookies, the address from which it comes, and headers that it sends with each request."""

    door: Door
    source: str = HOME
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A browser may choose its own CSRF secret: it protects people from other sites, and from nobody else.
        self.cookies.setdefault(settings.CSRF_COOKIE_NAME, get_random_string(32))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask(self.letter("GET", path, headers=_named(headers)))

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Answer:
        """Sends a form as its page would: with the CSRF token, and as from this site."""
        return self.ask(self.form(path, form, **headers))

    def form(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Letter:
        """What `post` sends, for a burst."""
        token = self.cookies[settings.CSRF_COOKIE_NAME]
        body = urlencode({"csrfmiddlewaretoken": token, **(form or {})}, doseq=True).encode()
        own = {"Content-Type": FORM, "Origin": self.door.origin, "Referer": f"{self.door.origin}/"}
        return self.letter("POST", path, headers=own | _named(headers), body=body)

    def ask(self, letter: Letter) -> Answer:
        return self.burst([letter])[0]

    def burst(self, letters: Sequence[Letter]) -> list[Answer]:
        """Sends all letters at one moment, and keeps the cookies of the answers."""
        answers = self.door.send(letters)
        for answer in answers:
            self._keep(answer)
        return answers

    def letter(self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> Letter:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        host = {"Host": urlsplit(self.door.origin).netloc, "Cookie": cookies}
        return Letter(method, path, host | self.headers | (headers or {}), body, self.source)

    def _keep(self, answer: Answer) -> None:
        for name, value in answer.headers:
            if name.lower() != "set-cookie":
                continue
            for cookie, morsel in SimpleCookie(value).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[cookie] = morsel.value
                else:
                    self.cookies.pop(cookie, None)


def sign_in(browser: Browser, login: str, password: str) -> Answer:
    return browser.post("/accounts/login/", {"login": login, "password": password})


def was_refused(answer: Answer) -> bool:
    """Whether the answer says that there were too many tries, so that this one was not compared."""
    return answer.status == 429 or "too many" in answer.text.lower()


def was_compared(answer: Answer) -> bool:
    """Whether a guess may have been compared: the form came back, and does not say that there were too many tries."""
    return answer.status in (200, 302, 401, 403) and not was_refused(answer) and "CSRF" not in answer.text


@dataclass(frozen=True)
class Program:
    """A program with an access token, which uses the JSON API."""

    door: Door
    secret: str
    source: str = HOME

    def ask(self, method: str, path: str, body: object = None, *, key: object = None) -> Answer:
        return self.door.send([self.letter(method, path, body, key=key)])[0]

    def letter(self, method: str, path: str, body: object = None, *, key: object = None) -> Letter:
        headers = {
            "Host": urlsplit(self.door.origin).netloc,
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": str(key or uuid4()),
            "Content-Type": "application/json",
        }
        return Letter(method, path, headers, b"" if body is None else json.dumps(body).encode(), self.source)


def _named(headers: dict[str, str]) -> dict[str, str]:
    """`x_forwarded_for` as "x-forwarded-for", which Python's names of arguments cannot be."""
    return {name.replace("_", "-"): value for name, value in headers.items()}
