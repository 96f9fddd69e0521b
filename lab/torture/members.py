"""Members who use the installation over HTTP and record the answers."""

from __future__ import annotations

import contextlib
import http.client
import random
import re
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from django.db import connections
from django.utils.html import escape

from accounts.models import User
from lab.scratch.goods import PRICE_MINOR
from lab.scratch.visitors import Visitor, signed_in
from lab.scratch.world import PIN, Member
from ledger.errors import Busy, ClockDown, ClockIsWrong, ConversionDown, DiskFull, InDoubt
from shop.models import Variant

from .history import BOOKED, REFUSED, UNAVAILABLE, UNKNOWN, History, Operation

TIMEOUT_S = 20.0
GIVE_UP_S = 60.0  # an operation without an answer by then stays unknown
FAILURES = (Busy, ClockDown, ClockIsWrong, ConversionDown, DiskFull, InDoubt)
NOTHING_WAS_BOOKED = {error.code for error in FAILURES if error is not InDoubt}  # as they say
# What a 503 says, and its code. The front's own page is for everything that it cannot reach.
SAYINGS = {
    **{escape(error.message).encode(): error.code for error in FAILURES},
    b"database is not answering. If you were sending money": "database_down",
    b"Please tell an administrator. Nothing is lost": "disk_full_elsewhere",  # not in a money transaction
    b"The wallet is not answering": "front",
}
RECEIPT = re.compile(r"(?:/payments/|/shop/\?bought=)([0-9a-f-]{36})/?$")  # of a purchase: its order
REVIEW = re.compile(r"/payments/send/([0-9a-f-]{36})/$")
HOLD = re.compile(r"/payments/holds/([0-9a-f-]{36})/$")


class NoAnswer(Exception):
    """The connection broke, or its answer could not be read. Whether the request had an effect is unknown."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: bytes
    message: str = ""  # the cookie with what the next page will say

    def names(self, pattern: re.Pattern[str]) -> UUID | None:
        """The id in the address that this answer redirects to, where the address matches `pattern`."""
        found = pattern.search(self.location) if self.status == 302 else None
        return UUID(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote on its review page: the id in its address, and the key under which it is booked."""

    reference: UUID
    key: UUID


@dataclass
class Person:
    """One member with an HTTP connection of their own, which carries one request at a time.

    `failed` has the addresses that answered 500, which nothing may cause.
    """

    member: Member
    username: str
    currency: str
    visitor: Visitor
    port: int
    trust: ssl.SSLContext
    failed: list[str] = field(default_factory=list)
    _connection: http.client.HTTPSConnection | None = field(default=None, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def post(self, path: str, **form: Any) -> Answer:
        """Sends a form, with the CSRF token. Raises NoAnswer."""
        body = urlencode({"csrfmiddlewaretoken": self.visitor.token, **form}).encode()
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        with self._turn:
            return self._ask("POST", path, body, headers)

    def get(self, path: str) -> Answer:
        """Opens a page. Raises NoAnswer."""
        with self._turn:
            return self._ask("GET", path, None, self.headers)

    def follow(self, answer: Answer) -> Answer:
        """The page to which `answer` leads, with its message. Raises NoAnswer."""
        headers = self.headers | {"Cookie": f"{self.visitor.cookies}; {answer.message}"}
        with self._turn:
            return self._ask("GET", answer.location, None, headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.visitor.cookies, "Referer": f"https://localhost:{self.port}/"}

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPSConnection(
                    "localhost", self.port, timeout=TIMEOUT_S, context=self.trust
                )
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            if answer.status == 500:
                self.failed.append(f"{method} {path}")
            cookies = SimpleCookie()
            for header in answer.headers.get_all("Set-Cookie", []):
                cookies.load(header)
            message = cookies["messages"].OutputString([]) if "messages" in cookies else ""
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read(), message)
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise NoAnswer(str(error)) from error

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def people_of(members: Sequence[Member], *, port: int, trust: ssl.SSLContext) -> list[Person]:
    users = User.objects.in_bulk([member.user for member in members])
    return [
        Person(member, users[member.user].username, users[member.user].currency, signed_in(member), port, trust)
        for member in members
    ]


class Load:
    """A thread for each person that sends, undoes, holds and buys at random until the block ends.

    `history` records it. Without `goods` nobody buys.
    """

    def __init__(self, people: Sequence[Person], *, seed: int, history: History, goods: Variant | None = None) -> None:
        self.history = history
        self._goods = goods
        self._people = people
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._live, args=(person, random.Random(f"{seed}/{number}")), daemon=True)  # noqa: S311
            for number, person in enumerate(people)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(GIVE_UP_S + TIMEOUT_S)

    def _live(self, person: Person, chance: random.Random) -> None:
        others = [one for one in self._people if one is not person]
        while not self._stopped.is_set():
            acts = (self._send, self._undo, self._hold, self._buy)
            act = chance.choices(acts, weights=(8, 1, 1, 4 if self._goods else 0))[0]
            with contextlib.suppress(NoAnswer):
                act(person, chance.choice(others), chance)
        connections.close_all()

    def _send(self, person: Person, other: Person, chance: random.Random) -> Operation | None:
        minor = chance.choice((1, 100, 2_500, 99_999_999))
        quote = quote_over_http(person, other, minor)
        if quote is None:
            return None
        path = f"/payments/send/{quote.reference}/"
        operation = self._begin("send", person, quote.key, person.member.wallet, other.member.wallet, minor)
        return insist(operation, person, path, {"pin": PIN}, again=chance.random() < 0.2)

    def _undo(self, person: Person, other: Person, chance: random.Random) -> None:
        sent = self._send(person, other, chance)
        if sent is None or sent.answer != BOOKED:
            return
        key, receipt = uuid4(), f"/payments/{sent.told[-1]}/"
        operation = self._begin("undo", person, key, sent.target, sent.source, sent.minor)
        insist(operation, person, f"{receipt}undo/", {"key": key}, refusal=receipt, again=chance.random() < 0.3)

    def _hold(self, person: Person, other: Person, chance: random.Random) -> None:
        """`person` places a hold; `other` captures a part of it, or releases it."""
        hold = hold_over_http(person, other, "3.00")
        if hold is None:
            return
        path = f"/payments/holds/{hold}/"
        if chance.random() < 0.3:
            other.post(f"{path}release/")
            return
        key = uuid4()
        operation = self._begin("capture", other, key, person.member.wallet, other.member.wallet, 200)
        insist(operation, other, f"{path}capture/", {"key": key, "amount": "2.00"}, again=chance.random() < 0.3)

    def _buy(self, person: Person, _other: Person, chance: random.Random) -> None:
        """One tap in the shop. The key of its transfer is made of the form's key and the seller."""
        assert self._goods is not None
        key, seller = uuid4(), self._goods.product.seller
        of_transfer = uuid5(key, str(seller.reference))
        operation = self._begin("buy", person, of_transfer, person.member.wallet, seller.pk, PRICE_MINOR)
        form = {"variant": self._goods.reference, "shown": PRICE_MINOR, "key": key}
        insist(operation, person, "/shop/buy/", form, again=chance.random() < 0.3)

    def _begin(self, kind: str, person: Person, key: UUID, source: int, target: int, minor: int) -> Operation:
        return self.history.begin(kind, maker=person.member.user, key=key, source=source, target=target, minor=minor)


def hold_over_http(person: Person, other: Person, amount: str) -> UUID | None:
    """The id of a new hold, or None where the form was refused. Raises NoAnswer."""
    form = {"payee": other.username, "amount": amount, "purpose": "authorization", "note": "", "key": uuid4()}
    return person.post("/payments/holds/new/", **form, confirmed="yes", pin=PIN).names(HOLD)


def quote_over_http(person: Person, other: Person, minor: int) -> Quoted | None:
    """The quote that the review page would book; None where the form was refused, for example for a too large amount.

    It is made without the database, which may be away. Raises NoAnswer.
    """
    key, amount = uuid4(), f"{minor // 100}.{minor % 100:02}"
    answer = person.post("/payments/send/", recipient=other.username, amount=amount, note="", key=key)
    reference = answer.names(REVIEW)
    return Quoted(reference, key) if reference else None


def insist(
    operation: Operation, person: Person, path: str, form: dict[str, Any], *, refusal: str = "", again: bool = False
) -> Operation:
    """Sends the same form with the same key until it is booked or refused, for at most GIVE_UP_S seconds.

    `again` sends it once more after that. `refusal` is the address to which a refused form redirects.
    """
    give_up_at = time.monotonic() + GIVE_UP_S
    while time.monotonic() < give_up_at:
        operation.attempts += 1
        try:
            answer = person.post(path, **form)
            said = _said_of(answer, person, refusal)
        except NoAnswer:
            operation.in_doubt = True
            time.sleep(0.05)
            continue
        operation.heard += [f"{operation.kind} {said}" if said.isdigit() else said] if said else []
        operation.answer, receipt = result_of(answer, said, refusal)
        operation.in_doubt = operation.in_doubt or operation.answer == UNKNOWN
        if receipt:
            operation.told.append(receipt)
        if operation.answer in (BOOKED, REFUSED):
            operation.ended = time.monotonic()
            if again:
                again = False
                continue
            break
        time.sleep(0.05)
    operation.ended = operation.ended or time.monotonic()
    return operation


def _said_of(answer: Answer, person: Person, refusal: str) -> str:
    """The code of an answer that says nothing final about the money: its text's, or else its status; "" where it does.

    Some forms say it with a redirect to the address `refusal`, whose page has the text. Raises NoAnswer.
    """
    page = person.follow(answer) if refusal and answer.location == refusal else answer
    unknown = str(page.status) if page.status >= 500 else ""
    return next((code for words, code in SAYINGS.items() if words in page.body), unknown)


def result_of(answer: Answer, said: str, refusal: str) -> tuple[str, UUID | None]:
    """What an answer says about the money (BOOKED, REFUSED, UNAVAILABLE or UNKNOWN), and the id of its receipt.

    `said` is its code, and `refusal` the address to which a refused form redirects. UNAVAILABLE is the claim that
    nothing was booked, which not every 503 makes.
    """
    if said:
        return UNAVAILABLE if said in NOTHING_WAS_BOOKED else UNKNOWN, None
    if answer.status == 403 and b"CSRF" in answer.body:
        return UNKNOWN, None
    receipt = answer.names(RECEIPT)
    return (BOOKED, receipt) if receipt and answer.location != refusal else (REFUSED, None)
