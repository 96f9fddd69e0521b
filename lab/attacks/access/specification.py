"""Reads the tables of `who_may` and says which answer they demand.

A page's row has the name of its URL pattern (its route where it has no name), the object in its address, to whom the
page is open at all, and a cell each for GET and POST. To whom it is not open: strangers are sent to sign in, others get
a 403. A bank gets a 404 for a page of members, since it has no wallet. HEAD is answered as GET, and every other method
is a 405 for everybody.

    200                  200 for everybody to whom the page is open
    owner party 200      200 for these, and a 404 for the others: for them, the object does not exist
    treasury 200, 403    200 for these, and a 403 for the others
    same                 for POST: as GET
    -                    405
    200 by GET alone     HEAD is a 405, too

An answer is a status or one of these words:

    302        a redirect after something was changed
    out        as 302, to the sign-in page, because whoever asked is signed out now
    back       a redirect, and nothing was changed
    sign-in    a redirect to the sign-in page
    proof      a redirect to the page that asks for the password again, or for the second factor

With a 2xx, a POST may have changed something. With any other answer, nothing was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import who_may
from .people import BANK, EVERYBODY

SIGN_IN, PROOF, BACK, OUT, NO_SUCH_METHOD = "sign-in", "proof", "back", "out", "405"
ANY = "any"  # instead of a scope
CHANGED, MAY_HAVE_CHANGED = ("302", OUT), ("200", "201", "302", OUT)
NOT_SIGNED_IN = frozenset({"stranger", "inactive", "waiting", "device", "visit"})
GROUPS = {
    "everybody": frozenset(EVERYBODY),
    "owner": frozenset({"owner", "stolen"}),
    "strangers": NOT_SIGNED_IN,
    "people": frozenset(EVERYBODY) - NOT_SIGNED_IN,
    "overseers": frozenset({"treasurer", "colleague", "auditor", "administrator"}),
    "staff": frozenset({"cashier", "treasurer", "colleague", "auditor", "administrator"}),
    "cash_desk": frozenset({"cashier", "administrator"}),
    "card_desk": frozenset({"cashier", "treasurer", "colleague", "administrator"}),
    "pin_resets": frozenset({"cashier", "treasurer", "colleague", "administrator"}),
    "members": frozenset(EVERYBODY) - NOT_SIGNED_IN - {BANK},  # who have a wallet
    "treasury": frozenset({"treasurer", "colleague", "administrator"}),
    "sellers": frozenset({"merchant"}),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Who gets which answer, the first that fits. "404" for those of whom it says nothing."""

    clauses: tuple[tuple[frozenset[str], str], ...]

    @property
    def answers(self) -> list[str]:
        return [answer for _people, answer in self.clauses]

    def answer_to(self, who: str) -> str:
        return next((answer for people, answer in self.clauses if who in people), "404")


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    kind: str  # of the object in its address; "" for none
    open_to: frozenset[str]
    cells: dict[str, Cell]  # by method
    closed: str  # what a signed-in person gets to whom it is not open

    @property
    def needs_proof(self) -> bool:
        return any(PROOF in cell.answers for cell in self.cells.values() if cell)

    def answer_to(self, who: str, method: str) -> str:
        if method not in ("GET", "HEAD", "POST"):
            return NO_SUCH_METHOD
        if who not in self.open_to:
            if who == BANK and self.open_to in (GROUPS["members"], GROUPS["sellers"]):
                return "404"
            return SIGN_IN if who in NOT_SIGNED_IN else self.closed
        cell = self.cells.get(method)
        return cell.answer_to(who) if cell else NO_SUCH_METHOD


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the JSON API: its one method, the scopes of which it needs one, and what people with it get.

    HEAD is answered as GET. Without scopes, any token will do.
    """

    name: str
    method: str
    kind: str
    scopes: frozenset[str]
    cell: Cell

    @property
    def methods(self) -> set[str]:
        return {"GET", "HEAD"} if self.method == "GET" else {self.method}

    def is_allowed_by(self, scopes: Iterable[str]) -> bool:
        return not self.scopes or bool(self.scopes & set(scopes))


def whole_site() -> tuple[list[Page], list[Operation]]:
    """All tables of `who_may`."""
    every = [*pages(who_may.PAGES), *pages(who_may.ALLAUTH), *admin_pages()]
    return every, list(operations(who_may.API))


def admin_pages() -> Iterator[Page]:
    return pages("\n".join(_of_every_record(who_may.ADMIN)), closed=SIGN_IN)


def pages(table: str, *, closed: str = "403") -> Iterator[Page]:
    for name, kind, open_to, get, post in _rows(table):
        plain = get.removesuffix(" by GET alone")
        cells = {
            "GET": _cell(plain),
            "HEAD": _cell(plain if plain == get else "-"),
            "POST": _cell(plain if post == "same" else post),
        }
        known = {method: cell for method, cell in cells.items() if cell}
        yield Page(name, kind.strip("-"), _people(open_to), known, closed)


def operations(table: str) -> Iterator[Operation]:
    for name, method, kind, scope, may in _rows(table):
        cell = _cell(may)
        assert cell is not None
        scopes = frozenset(() if scope == ANY else scope.split("|"))
        yield Operation(name, method, kind.strip("-"), scopes, cell)


def _of_every_record(table: str) -> Iterator[str]:
    """The lines of the table. One with the word `record` is repeated for each kind of records."""
    for line in table.strip().splitlines():
        if "record" not in line:
            yield line
            continue
        name, _, rest = line.strip().partition(" ")
        for record, kind in who_may.RECORDS.items():
            of_record = name.replace("/record/", f"/{record.replace('_', '/')}/").replace(":record", f":{record}")
            yield f"{of_record}  {rest.replace('record', kind)}"


def _rows(table: str) -> Iterator[list[str]]:
    """The cells of each row, which are two spaces apart. The first line is the head, and # begins a remark."""
    for line in table.strip().splitlines()[1:]:
        if text := line.partition("#")[0].strip():
            yield [cell.strip() for cell in text.split("  ") if cell.strip()]


def _cell(text: str) -> Cell | None:
    return None if text == "-" else Cell(tuple(_clause(clause) for clause in text.split(",")))


def _clause(text: str) -> tuple[frozenset[str], str]:
    *names, answer = text.split()
    return (frozenset().union(*map(_people, names)) if names else GROUPS["everybody"]), answer


def _people(name: str) -> frozenset[str]:
    assert name in GROUPS or name in EVERYBODY, f"nobody is called {name}"
    return GROUPS.get(name) or frozenset({name})
