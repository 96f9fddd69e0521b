"""How the matrix asks a site: that of this process, or an installation behind a door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.test import Client
from django.test.client import ClientHandler

from lab.attacks.browser import Door, Letter


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str  # the path to which it redirects, or ""


# (method, path, headers, body) → its answer. Redirects are not followed, and cookies are only what `headers` say.
Ask = Callable[[str, str, Mapping[str, str], bytes], Answer]


def in_this_process() -> Ask:
    """Asks as over HTTPS, with CSRF checks. An exception of a view gives its page, such as 500."""
    handler = ClientHandler(enforce_csrf_checks=True)  # one for all requests, as a web process has

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        client = Client(raise_request_exception=False, SERVER_NAME="localhost")
        client.handler = handler
        sent = {"Referer": "https://localhost/", **headers}
        answer = client.generic(method, path, body, sent.pop("Content-Type", ""), secure=True, headers=sent)
        if answer.streaming:
            b"".join(answer)  # closes the file, too
        return Answer(answer.status_code, _path_of(answer.headers.get("Location", "")))

    return ask


def through(door: Door) -> Ask:
    """Asks the installation behind this door, each time on a new connection."""

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        origin = {"Host": urlsplit(door.origin).netloc, "Referer": f"{door.origin}/"}
        (answer,) = door.send([Letter(method, path, origin | dict(headers), body)])
        return Answer(answer.status, _path_of(answer.location))

    return ask


def _path_of(location: str) -> str:
    return urlsplit(location).path
