"""Every code a problem can have, and which operation answers with which.

A code is a promise to programs, so none of them ever changes its meaning. Most belong to an exception in some
`errors.py`, which says the meaning itself; a few are of the JSON face alone and stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from django.core.exceptions import ImproperlyConfigured

from conversion.errors import KeyReused, PaymentError

from .problems import status_of

F = TypeVar("F", bound=Callable[..., object])
Raised = type[PaymentError] | str  # an exception of some `errors.py`, or a code of OF_THE_FACE


class Meaning(NamedTuple):
    status: int
    text: str


OF_THE_FACE = {
    "bad_request": Meaning(400, "The request could not be understood at all."),
    "idempotency_key_missing": Meaning(400, "A POST came without the header Idempotency-Key."),
    "idempotency_key_malformed": Meaning(400, "The Idempotency-Key is not a UUID."),
    "json_unreadable": Meaning(
        400,
        "The body is not well-formed JSON in UTF-8, has a key twice, NaN or Infinity, half a character, or is nested"
        " too deeply.",
    ),
    "token_invalid": Meaning(
        401, "No token came, or it is unknown, expired or revoked, or its owner's account is closed or frozen."
    ),
    "scope_missing": Meaning(403, "The token was not given the `scope` that the problem names."),
    "not_found": Meaning(404, "There is nothing there, or it is not yours: nobody can tell which."),
    "method_not_allowed": Meaning(405, "The address does not know this method; Allow says which it knows."),
    "length_required": Meaning(411, "The body came in pieces, without its Content-Length."),
    "body_too_large": Meaning(413, "The body is larger than 64 kB."),
    "not_json": Meaning(415, "The Content-Type is not application/json."),
    "invalid": Meaning(422, "Something is missing, unknown or of the wrong kind; `errors` names each `field`."),
    "cursor_unknown": Meaning(422, "The cursor is not one that this list gave out."),
    "internal_error": Meaning(500, "Something went wrong on our side. The same key may be sent again."),
    "database_down": Meaning(
        503,
        "The database does not answer. Send the same again after Retry-After seconds: a key is booked once at most.",
    ),
}
CODES = dict(OF_THE_FACE)  # and every exception's: also those that only pages show, such as a wrong PIN's

# What nobody need declare: it follows from what kind of operation it is.
ANY_ADDRESS = ("bad_request", "method_not_allowed", "internal_error")
EVERY = ("token_invalid", "scope_missing", "not_found", "database_down")
EVERY_POST: tuple[Raised, ...] = (
    "idempotency_key_missing",
    "idempotency_key_malformed",
    KeyReused,
    "length_required",
    "body_too_large",
    "invalid",
)
WITH_A_BODY = ("json_unreadable", "not_json")
WITH_A_QUERY = ("invalid",)

_owners: dict[str, type[PaymentError]] = {}


def register(kinds: Iterable[type[PaymentError]]) -> None:
    """Adds the exceptions of every `errors.py`; `wallet_site` gathers them when Django starts.

    Raises ImproperlyConfigured where one has no code or no meaning, or a code that means something else already.
    """
    for kind in kinds:
        name = f"{kind.__module__}.{kind.__name__}"
        if not codes_of(kind) and not kind.__subclasses__():
            raise ImproperlyConfigured(f"{name} has no `code`")
        for code, meaning in _own_codes(kind).items():
            owner = _owners.get(code, kind)
            if not meaning:
                raise ImproperlyConfigured(f"{name} has the code {code} and no `meaning`")
            if code in OF_THE_FACE:
                raise ImproperlyConfigured(f"the code {code} of {name} is one of the JSON face itself")
            if not issubclass(kind, owner):
                other = f"{owner.__module__}.{owner.__name__}"
                raise ImproperlyConfigured(f"{other} and {name} have the same code {code}")
            _owners.setdefault(code, kind)
            CODES.setdefault(code, Meaning(status_of(kind), meaning))


def raises(*raised: Raised) -> Callable[[F], F]:
    """Declares, below an operation's route, what it answers with besides what every operation of its kind does."""

    def declare(operation: F) -> F:
        operation.__dict__["raised"] = raised
        return operation

    return declare


def declared_by(operation: Callable[..., object]) -> tuple[Raised, ...]:
    return operation.__dict__.get("raised", ())


def codes_of(raised: Raised) -> list[str]:
    """One, except where an exception's instances have codes of their own."""
    if isinstance(raised, str):
        return [raised]
    return list(raised.codes) or ([raised.code] if hasattr(raised, "code") else [])


def in_order(codes: Iterable[str]) -> list[str]:
    """By their status, each once. Raises KeyError for what no `errors.py` brought."""
    known = list(CODES)
    return sorted(set(codes), key=lambda code: (CODES[code].status, known.index(code)))


def _own_codes(kind: type[PaymentError]) -> dict[str, str]:
    """Each with its meaning, without what it has from its base."""
    own = vars(kind)
    if "codes" in own:
        return dict(own["codes"])
    return {own["code"]: own.get("meaning", "")} if "code" in own else {}
