"""The matrix: everybody asks for every address by every method, and what comes is compared with `who_may`.

What is refused must change nothing, so the rows in the database are compared before and after it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from api.access import known_scopes
from lab.attacks.people import forget_tries

from .addresses import path_of, routes
from .asking import Answer, Ask
from .fingerprint import changes_since, fingerprint
from .objects import Objects
from .people import EVERYBODY, People, registered
from .specification import (
    BACK,
    CHANGED,
    MAY_HAVE_CHANGED,
    NO_SUCH_METHOD,
    NOT_SIGNED_IN,
    OUT,
    PROOF,
    SIGN_IN,
    Operation,
    Page,
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = ("GET", "HEAD")
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# Pages whose POST without a key is a 404.
WITH_KEY = ("payments:undo", "staff:undo_cash", "shop:undo_order", "shop:undo_till_sale", "shop:undo_deposit_return")
SIGNS_OUT = ("account_logout", "api/logout", "account_confirm_email", "admin:logout")


@dataclass
class Findings:
    """How many answers were compared, and what was not as specified."""

    checks: int = 0
    _wrong: dict[str, list[str]] = field(default_factory=dict)

    def compare(self, what: str, who: str, *, wanted: str, got: str) -> None:
        self.checks += 1
        if wanted != got:
            self._wrong.setdefault(f"{what}: {got} instead of {wanted}", []).append(who)

    def as_lines(self) -> list[str]:
        return [f"{what}, for {', '.join(people)}" for what, people in self._wrong.items()]


def who_may_open_what(
    ask: Ask,
    *,
    pages: Iterable[Page],
    operations: Iterable[Operation],
    static: str,
    methods: Sequence[str] = METHODS,
) -> Findings:
    """Registers the people in the connected database, which `ask` must lead to, and asks as each of them.

    `static` is the path of a static file, which stands for all of them.
    """
    people = registered()
    addresses = routes() | {"static": static.removeprefix("/")}
    matrix = Matrix(ask, methods, people, Objects(people), addresses, Findings())
    for page in pages:
        matrix.open_page(page)
    matrix.call_operations(list(operations))
    return matrix.findings


def names_on_one_side(pages: Iterable[Page], operations: Iterable[Operation]) -> list[str]:
    """The addresses that are in no table, and the rows that no address has."""
    specified = {page.name for page in pages} | {operation.name for operation in operations}
    return sorted((specified - {"static"}) ^ routes().keys())


@dataclass
class Matrix:
    ask: Ask
    methods: Sequence[str]
    people: People
    objects: Objects
    routes: Mapping[str, str]
    findings: Findings

    def open_page(self, page: Page) -> None:
        forget_tries()
        if page.needs_proof:
            self.people.type_passwords()
        one = self.objects.one(page.kind)
        asked = [(who, method, page.answer_to(who, method)) for who in EVERYBODY for method in self.methods]
        with self._nothing_changes(page.name):
            for who, method, wanted in asked:
                if method not in SAFE and wanted not in MAY_HAVE_CHANGED:
                    self._open(page, who, method, wanted, one)
        for who, method, wanted in asked:
            if method in SAFE:
                self._open(page, who, method, wanted, one)
            elif wanted in MAY_HAVE_CHANGED:
                another = self.objects.another(page.kind)
                with self._something_changes(page, who, wanted):
                    self._open(page, who, method, wanted, another)

    def _open(self, page: Page, who: str, method: str, wanted: str, place: str) -> None:
        headers = self.people.cookies_of(who) | {"Content-Type": FORM}
        fields = {"key": str(uuid4())} if page.name in WITH_KEY else {}
        answer = self.ask(
            method, path_of(page.name, self.routes[page.name], place), headers, urlencode(fields).encode()
        )
        self.findings.compare(
            f"{method} {page.name} {page.kind}".strip(), who, wanted=wanted, got=_named(answer, wanted)
        )
        if page.name in SIGNS_OUT and method == "POST" and who in self.people.sessions:
            self.people.sign_in(who)

    def call_operations(self, operations: list[Operation]) -> None:
        methods: dict[str, set[str]] = {}
        for operation in operations:
            methods.setdefault(self.routes[operation.name], set()).update(operation.methods)
        callers = _callers(self.people) if operations else []
        for operation in operations:
            forget_tries()
            one = self.objects.one(operation.kind)
            others = set(self.methods) - methods[self.routes[operation.name]]
            with self._nothing_changes(operation.name):
                for caller in callers:
                    for method in others:
                        self._call(operation, caller, method, NO_SUCH_METHOD, one)
                    if (wanted := caller.answer_of(operation)) not in MAY_HAVE_CHANGED:
                        for method in operation.methods:
                            self._call(operation, caller, method, wanted, one)
            for caller in callers:
                if (wanted := caller.answer_of(operation)) in MAY_HAVE_CHANGED:
                    place = one if operation.method in SAFE else self.objects.another(operation.kind)
                    for method in operation.methods:
                        self._call(operation, caller, method, wanted, place)

    def _call(self, operation: Operation, caller: Caller, method: str, wanted: str, place: str) -> None:
        headers = caller.headers | {"Content-Type": JSON, "Idempotency-Key": str(uuid4())}
        body = b"" if method in SAFE else json.dumps(self._body(operation, place)).encode()
        answer = self.ask(method, path_of(operation.name, self.routes[operation.name], place), headers, body)
        what = f"{method} {operation.name} {operation.kind}".strip()
        self.findings.compare(what, caller.label, wanted=wanted, got=_named(answer, wanted))

    def _body(self, operation: Operation, place: str) -> dict[str, Any]:
        """A body with which the operation would succeed, where an empty one would hide who may do it."""
        match operation.name:
            case "api:create_transfer":
                return {"quote": place}
            case "api:capture_hold" | "api:refund_transfer":
                return {"amount": "1.00"}
            case "api:create_mass_payment":
                row = {"payee": self.people.users["party"].username, "amount": "1.00"}
                return {"title": f"Payroll {uuid4()}", "rows": [row]}
            case "api:settle_order" | "api:return_order":
                return {"reference": "B1"}
        return {}

    @contextmanager
    def _nothing_changes(self, name: str) -> Iterator[None]:
        before = fingerprint()
        yield
        changed = ", ".join(changes_since(before))
        self.findings.compare(f"rows changed by what {name} refused", "somebody", wanted="none", got=changed or "none")

    @contextmanager
    def _something_changes(self, page: Page, who: str, wanted: str) -> Iterator[None]:
        """Where the table says so, about an object. Otherwise the redirect of a page that does nothing would pass."""
        if wanted not in CHANGED or not page.kind:
            yield
            return
        before = fingerprint()
        yield
        got = "some" if changes_since(before) else "none"
        self.findings.compare(f"rows changed by POST {page.name} {page.kind}", who, wanted="some", got=got)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the JSON API: a person with a token for `scopes`, or somebody without a valid token."""

    label: str
    headers: dict[str, str]
    who: str = ""
    scopes: tuple[str, ...] = ()

    def answer_of(self, operation: Operation) -> str:
        if not self.scopes:
            return "401"
        return operation.cell.answer_to(self.who) if operation.is_allowed_by(self.scopes) else "403"


def _callers(people: People) -> list[Caller]:
    every = tuple(known_scopes)
    callers = [_with_token(people, who, every) for who in people.users]
    for who in ("owner", "party", "treasurer"):
        callers += [_with_token(people, who, (scope,)) for scope in every]
    revoked, secret = people.token_of("owner", *every)
    revoked.revoked_at = dt.datetime.now(dt.UTC)
    revoked.save()
    return [
        *callers,
        Caller("nobody", {}),
        Caller("the owner's session", people.cookies_of("owner")),
        Caller("a revoked token", _bearer(secret)),
        Caller("an expired token", _bearer(people.token_of("owner", *every, lives=-dt.timedelta(seconds=1))[1])),
        Caller("an unknown token", _bearer(f"purse_{'x' * 40}")),
        Caller("nonsense", _bearer("x")),
    ]


def _with_token(people: People, who: str, scopes: tuple[str, ...]) -> Caller:
    """A token of somebody who is frozen or inactive or waits is as none."""
    label = f"{who} with {', '.join(scopes) if len(scopes) == 1 else 'every scope'}"
    counts = who not in (*NOT_SIGNED_IN, "frozen")
    return Caller(label, _bearer(people.token_of(who, *scopes)[1]), who, scopes if counts else ())


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def _named(answer: Answer, wanted: str) -> str:
    """The answer in the words of the tables. Whether a redirect is "302" or "back" is seen by the rows that change."""
    if answer.status != 302:
        return str(answer.status)
    if answer.location in (reverse("account_login"), reverse("admin:login")):
        return OUT if wanted == OUT else SIGN_IN
    if answer.location == reverse("account_reauthenticate"):
        return PROOF
    return BACK if wanted == BACK else "302"
