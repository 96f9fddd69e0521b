"""X3: a page or JSON operation answers about what is somebody else's as if it did not exist.

Every address with a reference is asked by everybody who has no right to it, once with a real reference of others and
once with one that does not exist. The answers may differ in nothing, and take equally long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from uuid import uuid4

from . import known_people, people
from .addresses import Place, places
from .browser import Answer
from .figure import Means, Result
from .likeness import LEAST_PAIRS, clocked, difference
from .people import SIGNED_IN, STRANGER, forget_tries
from .references import NO_SUCH_NUMBER, WORDS, kind_of, made

NO_REFERENCES = {*WORDS, "sign_up_invited"}  # words, and secrets, which X4 guesses
PAIRS = 40
FIELDS = {"pin": "000000", "amount": "1.00", "name": "x", "decision": "look"}
AMOUNT = {"amount": "1.00", "currency": "GBP"}
BODIES = {
    "capture_hold": AMOUNT,
    "refund_transfer": AMOUNT,
    "return_deposit": {"reason": "x"},
    "settle_order": {"reference": "x"},
    "return_order": {"reference": "x"},
    "refund_sale": {"lines": [{"number": 1, "quantity": 1}]},
    "move_stock": {"reason": "delivery", "quantity": 1},
}


# Who has a right to what `references.made` made.
RIGHTFUL = {
    "transfer": ("member", "other"),
    "quote": ("member",),
    "hold": ("member", "other"),
    "request": ("member", "other"),
    "token": ("member",),
    "security key": (),
    "mass payment": ("treasurer", "auditor", "administrator"),
    "cash": ("cashier",),
    "cash proposal": ("cashier", "administrator"),
    "application": ("administrator",),
    "card": ("administrator",),
    "invitation": ("administrator",),
    "letter": ("administrator",),
    "PIN reset": ("cashier", "treasurer", "administrator"),
    "webhook": ("member",),
    "delivery": ("member",),
    "deposit": ("treasurer", "auditor", "administrator"),
    "statement": ("treasurer", "auditor", "administrator"),
    "import": ("treasurer", "auditor", "administrator"),
    "person of an import": ("treasurer", "auditor", "administrator"),
    "bank": ("administrator",),
    "bank to confirm": ("treasurer", "administrator"),
    "withdrawal for staff": ("treasurer", "auditor", "administrator"),
    "wallet": ("treasurer", "auditor", "administrator"),
    "rate": ("treasurer", "auditor", "administrator"),
    "rate to confirm": ("administrator",),
    "clearing": ("treasurer", "administrator"),
    "payout file": ("treasurer", "auditor", "administrator"),
    "kiosk": ("treasurer", "administrator"),
    "kiosk card": ("member",),
    "kiosk card for staff": ("treasurer", "administrator"),
    "unknown card": ("cashier", "treasurer", "administrator"),
    "withdrawal": ("member",),
    "payout account": ("member",),
    "bank's deposit": ("bank",),
    "order": ("bank",),
    "product": tuple(role for role in SIGNED_IN if role != "bank"),  # everybody who can buy
    "picture": (STRANGER, *SIGNED_IN),
    **dict.fromkeys(("goods", "variant", "sale", "stock-take"), ("merchant",)),
    **dict.fromkeys(
        ("goods for staff", "variant for staff", "sale for staff", "stock-take for staff", "sale point"),
        ("treasurer", "auditor", "administrator"),
    ),
    "purchase": ("member",),
    "till": ("cashier", "administrator"),
    "till's sale": ("cashier",),
    "till's return": ("cashier",),
    "purchase's transfer": ("member",),
}
ADMINS_ROWS = ("administrator",)


def attack(means: Means, result: Result) -> None:
    about, ids = _with_references(result), made(means)
    statuses: Counter[int] = Counter()
    for place, kind in about:
        for role in (STRANGER, *SIGNED_IN):
            if role not in RIGHTFUL.get(kind, ADMINS_ROWS):
                _compare(means, result, place, role, ids[kind], statuses)
    result.notes.append(f"{len(about)} addresses with references; answers by status: {dict(sorted(statuses.items()))}")
    _take_times(means, result, about, ids)
    known_people.compare(means, result)


def _with_references(result: Result) -> list[tuple[Place, str]]:
    """The addresses with references, and what each is about. An address that is not known is a finding."""
    about = []
    for place in places():
        if place.parts and place.name not in NO_REFERENCES:
            kind = kind_of(place)
            about += [(place, kind)] if kind else []
            result.check(kind is not None, f"{place.name} has a reference that this attack does not know")
    return about


def _compare(means: Means, result: Result, place: Place, role: str, real: str, statuses: Counter[int]) -> None:
    missing = _missing(real)
    for method in place.methods or ("GET", "POST"):
        forget_tries()  # bad tokens have a limit by origin, which asks nothing about ids
        asks = [_asking(means, place, role, method, reference) for reference in (real, missing)]
        found, not_there = asks[0](), asks[1]()
        statuses[found.status] += 1
        unlike = difference(found, not_there, hidden=(real, missing))
        what = f"{method} {place.name} tells {role} apart what is others' and what does not exist: {unlike}"
        result.check(not unlike, what)


def _take_times(means: Means, result: Result, about: list[tuple[Place, str]], ids: dict[str, str]) -> None:
    """Measures each address with the member who has no part in anything."""
    ratios = []
    for place, kind in about:
        if place.name.startswith("admin:"):
            continue  # one decorator refuses all of them before any row is read
        method = place.methods[0] if place.methods else "POST"
        real = ids[kind]
        asks = [_asking(means, place, "outsider", method, reference) for reference in (real, _missing(real))]
        clock, differs = clocked(asks[0], asks[1], pairs=means.times(PAIRS), chance=means.chance)
        ratios.append(clock.ratio)
        result.check(
            not differs,
            f"{method} {place.name} takes {clock.first_s * 1000:.2f} ms for what is others', and"
            f" {clock.second_s * 1000:.2f} ms for what does not exist ({clock.pairs} pairs)",
        )
    if not ratios:
        return
    pairs = max(LEAST_PAIRS, means.times(PAIRS))
    result.notes.append(
        f"time of others' ÷ of what does not exist, medians of {pairs} pairs: {min(ratios):.3f} to"
        f" {max(ratios):.3f} at {len(ratios)} addresses"
    )


def _asking(means: Means, place: Place, role: str, method: str, reference: str) -> Callable[[], Answer]:
    path = place.filled(dict.fromkeys(place.parts, reference))
    if not place.is_operation:
        browser = people.browser(means, role)

        def ask() -> Answer:
            browser.cookies.pop("messages", None)  # what an earlier answer left to be shown
            return browser.get(path) if method == "GET" else browser.post(path, FIELDS | {"key": uuid4()})

        return ask
    program = people.program(means, role)  # a new token for each address: a token may write only so often in a minute
    body = BODIES.get(place.name.removeprefix("api:"))
    return lambda: program.ask(method, path, body)


def _missing(real: str) -> str:
    return NO_SUCH_NUMBER[: max(len(real), 6)] if real.isdigit() else str(uuid4())
