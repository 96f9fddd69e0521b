"""How an attack asks a site: of this process, or of an installation over HTTPS.

Both have the same shape, so an attack is written once: a test runs it in process, and `./wallet attack` over HTTPS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from django.test import Client
from django.test.client import ClientHandler

TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str  # the path of where it redirects to, or ""
    headers: Mapping[str, str]
    body: bytes


# (method, path, headers, body) → its answer. Redirects are not followed, and cookies are only what `headers` say.
Ask = Callable[[str, str, Mapping[str, str], bytes], Answer]


def in_this_process() -> Ask:
    """Asks the site of this process, as over HTTPS and with CSRF checks. A view's exception is its page for errors."""
    handler = ClientHandler(enforce_csrf_checks=True)  # one for all requests, as a web process has

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        client = Client(raise_request_exception=False, headers=dict(headers), SERVER_NAME="localhost")
        client.handler = handler
        kind = headers.get("Content-Type", "application/octet-stream")
        answer = client.generic(method, path, body, kind, secure=True, headers={"Referer": "https://localhost/"})
        content = b"".join(answer) if answer.streaming else answer.content
        return Answer(answer.status_code, _path_of(answer.headers.get("Location", "")), dict(answer.headers), content)

    return ask


def over_https(port: int, *, authority: str) -> Ask:
    """Asks the installation on this port of localhost. `authority` is the file with its certificate authority."""
    session = requests.Session()
    session.verify, session.trust_env = authority, False
    origin = f"https://localhost:{port}"

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        session.cookies.clear()
        answer = session.request(
            method,
            origin + path,
            headers={"Referer": f"{origin}/", **headers},
            data=body,
            allow_redirects=False,
            timeout=TIMEOUT_S,
        )
        return Answer(answer.status_code, _path_of(answer.headers.get("Location", "")), answer.headers, answer.content)

    return ask


def _path_of(location: str) -> str:
    return urlsplit(location).path
