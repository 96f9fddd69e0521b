"""A door within this process, so that a test can break a guard and see whether an attack finds it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.core import mail
from django.db import connections
from django.test import Client

from accounts.models import User
from lab.attacks.browser import Answer, Letter
from lab.attacks.figure import Cast, Means, Result
from tests.cast import PASSWORD, PIN, merchant
from tests.treasury.banks import a_bank

NAMES = {
    "member": "alice",
    "other": "bob",
    "outsider": "carla",
    "merchant": "kiosk",
    "cashier": "cass",
    "treasurer": "tess",
    "auditor": "audrey",
    "administrator": "admin",
    "bank": "tidebank",
    "frozen": "yuki",
    "target": "bob",
}


class InProcess:
    """Each letter of a burst has a thread and a database connection of its own, as over HTTPS."""

    origin = "https://localhost"

    def send(self, letters: Sequence[Letter]) -> list[Answer]:
        if len(letters) == 1:
            return [_answer(letters[0])]
        with ThreadPoolExecutor(len(letters)) as pool:
            return list(pool.map(_answer_and_close, letters))


def _answer_and_close(letter: Letter) -> Answer:
    try:
        return _answer(letter)
    finally:
        connections.close_all()


def _answer(letter: Letter) -> Answer:
    if not letter.headers["Host"].startswith("localhost:") or letter.headers["Host"].endswith(":443"):
        return _answer_of_site(letter)
    return Answer(421, [], b"")  # as the front does, where it is asked for another port than its own


def _answer_of_site(letter: Letter) -> Answer:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    headers = {name: value for name, value in letter.headers.items() if name not in ("Cookie", "Content-Type")}
    client.cookies.load(letter.headers.get("Cookie", ""))
    answer = client.generic(
        letter.method,
        letter.path,
        letter.body,
        letter.headers.get("Content-Type", "application/octet-stream"),
        secure=True,
        headers=headers,
        REMOTE_ADDR=letter.source,
    )
    cookies = [("Set-Cookie", morsel.OutputString()) for morsel in answer.cookies.values()]
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return Answer(answer.status_code, [*answer.headers.items(), *cookies], body, 0.001)


def means(*, scale: float = 0.1) -> Means:
    """The means of an attack on the test's database, with the missing people."""
    merchant()
    a_bank()
    User.objects.filter(username="yuki").update(frozen=True)
    cast = Cast(NAMES, dict.fromkeys(NAMES.values(), PASSWORD), PIN)
    return Means(InProcess(), cast, _letters, random.Random(1), 1, scale)


def _letters(address: str) -> list[str]:
    return [str(letter.body) for letter in getattr(mail, "outbox", []) if address in letter.to]


def found(attack: object, prepared: Means) -> Result:
    result = Result()
    attack(prepared, result)  # type: ignore[operator]
    return result
