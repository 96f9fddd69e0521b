"""The codes of all problems, what each code means, and which operation can answer with which codes.

A code is a promise to programs: its meaning never changes. Most codes belong to an exception in some `errors.py`, which
also states the meaning. The few codes that only the JSON API itself uses are here, in OF_THE_FACE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from django.core.exceptions import ImproperlyConfigured

from conversion.errors import KeyReused, PaymentError

from .problems import status_of

F = TypeVar("F", bound=Callable[..., object])
Raised = type[PaymentError] | str  # an exception from some `errors.py`, or a code of OF_THE_FACE


class Meaning(NamedTuple):
    status: int
    text: str


OF_THE_FACE = {
    "bad_request": Meaning(400, "The request could not be read. For example, its `Host` header has an unknown name."),
    "idempotency_key_missing": Meaning(400, "The POST has no `Idempotency-Key` header."),
    "idempotency_key_malformed": Meaning(
        400, "The `Idempotency-Key` header is not 1 to 255 printable characters of ASCII."
    ),
    "json_unreadable": Meaning(
        400,
        "The body is not well-formed JSON in UTF-8. These are refused as well: a name twice in one object, NaN or"
        " Infinity, NUL or half a surrogate pair in a text, and more than 16 levels of nesting.",
    ),
    "token_invalid": Meaning(
        401,
        "The request has no token, or the token is unknown, expired or revoked, or its owner's account is closed or"
        " frozen.",
    ),
    "scope_missing": Meaning(403, "The token does not have the scope that `scope` names."),
    "not_found": Meaning(
        404, "Nothing is at this address, or it is not yours. The answer is the same, so that it reveals nothing."
    ),
    "method_not_allowed": Meaning(
        405, "This address does not support the method. The `Allow` header lists the methods that it supports."
    ),
    "length_required": Meaning(411, "The body came without a `Content-Length` header, for example in chunks."),
    "body_too_large": Meaning(413, "The body is larger than 64 kB (65,536 bytes)."),
    "not_json": Meaning(415, "The `Content-Type` header is not `application/json`."),
    "invalid": Meaning(
        422,
        "A field or parameter is missing, unknown, not valid or there twice (`errors` names each `field`), or a body"
        " came where the operation takes none.",
    ),
    "cursor_unknown": Meaning(422, "The `cursor` is not a value that this list returned as `next`."),
    "unavailable": Meaning(502, "No process answered in time. Send the same again after Retry-After seconds."),
    "internal_error": Meaning(500, "An error in the server. Send the same request again with the same key."),
    "database_down": Meaning(
        503,
        "The database does not answer. Wait as many seconds as the `Retry-After` header says, then send the same"
        " request with the same key. A key books once at most.",
    ),
}
# `register` adds the codes of all exceptions, including those that only pages show, such as a wrong PIN.
CODES = dict(OF_THE_FACE)

# Codes that no operation declares by `raises`, since they follow from the method and the body.
ANY_ADDRESS = ("bad_request", "method_not_allowed", "internal_error")
# Also those of exceptions above: `too_many` is in web/errors.py, `address_not_allowed` in accounts/tokens/errors.py.
EVERY = (
    "token_invalid",
    "address_not_allowed",
    "scope_missing",
    "not_found",
    "invalid",
    "too_many",
    "database_down",
)
EVERY_POST: tuple[Raised, ...] = (
    "idempotency_key_missing",
    "idempotency_key_malformed",
    KeyReused,
    "length_required",
    "body_too_large",
)
WITH_A_BODY = ("json_unreadable", "not_json")

_owners: dict[str, type[PaymentError]] = {}


def register(kinds: Iterable[type[PaymentError]]) -> None:
    """Adds the codes of these exceptions to CODES. `wallet_site` calls this with every `errors.py` when Django starts.

    Raises ImproperlyConfigured where an exception has no code, a code without a meaning, or a code that already belongs
    to another exception or to the JSON API itself. A subclass may share the code of its base.
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
    """A decorator below the route: what the operation can raise besides the codes that every such operation has."""

    def declare(operation: F) -> F:
        operation.__dict__["raised"] = raised
        return operation

    return declare


def declared_by(operation: Callable[..., object]) -> tuple[Raised, ...]:
    """What `raises` declared for this operation; empty where nothing was declared."""
    return operation.__dict__.get("raised", ())


def codes_of(raised: Raised) -> list[str]:
    """Its codes: one, except for an exception whose instances have different codes (`codes`)."""
    if isinstance(raised, str):
        return [raised]
    return list(raised.codes) or ([raised.code] if hasattr(raised, "code") else [])


def in_order(codes: Iterable[str]) -> list[str]:
    """The codes without duplicates, sorted by HTTP status. Raises KeyError for a code that is not in CODES."""
    known = list(CODES)
    return sorted(set(codes), key=lambda code: (CODES[code].status, known.index(code)))


def _own_codes(kind: type[PaymentError]) -> dict[str, str]:
    """The codes that the class itself defines, with their meanings. Inherited codes are not among them."""
    own = vars(kind)
    if "codes" in own:
        return dict(own["codes"])
    return {own["code"]: own.get("meaning", "")} if "code" in own else {}
