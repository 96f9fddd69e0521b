"""The hash chain over transfers: which bytes of a transfer are hashed, and how each seal includes the seal before it.

Sealing and verification both compute it here, in Python, and nowhere else: the owner of the database could change a
function inside the database so that it returns false results.

Transfers are in the order of (xid, id). Once every database transaction below an xid has ended, no transfer can be
added below that xid. No other order has this property.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from .models import Entry, Transfer

FORMAT = 1  # the version of a record's content; a change of the content needs a new number
FIRST = bytes(32)  # the first seal has no seal before it; its digest includes these bytes instead
LEAF = 16  # a seal keeps so many bytes of each record's SHA-256
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")  # to Crockford's
CODE_LENGTH = 24

TRANSFER_FIELDS = (
    *("id", "reference", "made_by_id", "key", "kind", "outcome", "note", "source_id", "target_id", "legs"),
    *("made_at", "timestamped", "booked_at", "xid", "reverses_id", "refunds_id", "hold_id"),
)
ENTRY_FIELDS = (
    *("line", "wallet_id", "amount_minor", "seq", "balance_after_minor", "xid", "booked_at"),
    *("wallet__owner_id", "wallet__purpose", "wallet__currency_code"),  # else an owner could change unseen
)


@dataclass(frozen=True, slots=True)
class Record:
    """One transfer with its entries, as the rows are now. The digest is computed from `content`, which is JSON."""

    id: int
    reference: UUID
    content: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256, 32 bytes."""
        return sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a seal keeps of a record: the transfer's id, and the first 16 bytes of the digest."""

    id: int
    digest: bytes

    @classmethod
    def of(cls, record: Record) -> Leaf:
        return cls(record.id, record.digest[:LEAF])


def records(*, since: str, upto: str) -> list[Record]:
    """The transfers of the database transactions from `since` to `upto` (excluded), in the order of the chain."""
    return _with_entries(Transfer.objects.filter(xid__gte=since, xid__lt=upto).order_by("xid", "id"))


def record_of(transfer: int) -> Record:
    """The record of the transfer with this id. Raises ValueError if there is none."""
    (record,) = _with_entries(Transfer.objects.filter(pk=transfer))
    return record


def pack(leaves: Iterable[Leaf]) -> bytes:
    """The leaves as a seal stores them, 24 bytes each: the id (8 bytes, big-endian) and the digest (16 bytes)."""
    return b"".join(leaf.id.to_bytes(8) + leaf.digest for leaf in leaves)


def unpack(packed: bytes) -> Iterator[Leaf]:
    """The leaves in what `pack` returned."""
    step = 8 + LEAF
    for start in range(0, len(packed), step):
        yield Leaf(int.from_bytes(packed[start : start + 8]), packed[start + 8 : start + step])


def link(previous: bytes, *, number: int, since: str, upto: str, leaves: bytes) -> bytes:
    """The digest of a seal: SHA-256 (32 bytes) over the digest before, the seal's own numbers and its leaves."""
    numbers = b"".join(value.to_bytes(8) for value in (FORMAT, number, int(since), int(upto)))
    return sha256(previous + numbers + leaves).digest()


# The code on a receipt ------------------------------------------------------------------------------------------------


def receipt_code(record: Record) -> str:
    """The code on a receipt: 24 characters, in groups of four.

    The first 8 come from the transfer's reference: by them the transfer is found. The other 16 (80 bits) come from the
    digest: they prove the content.
    """
    plain = base64.b32encode(record.reference.bytes[:5] + record.digest[:10]).decode().translate(ALPHABET)
    return "-".join(plain[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def record_with_code(code: str) -> Record | None:
    """The booked transfer whose receipt has this code; None if there is none.

    Small letters, and spaces and hyphens anywhere, are accepted.
    """
    typed = "".join(character for character in code.upper() if character not in " -")
    # Crockford's alphabet has no O, I, L and U. The first three are read as the digits that they look like.
    plain = typed.translate(str.maketrans("OIL", "011"))
    if len(plain) != CODE_LENGTH or not plain.isascii() or not plain.isalnum() or "U" in plain:
        return None
    back = {new: old for old, new in ALPHABET.items()}
    start = base64.b32decode("".join(chr(back[ord(character)]) for character in plain))[:5]
    first, last = UUID(bytes=start + bytes(11)), UUID(bytes=start + b"\xff" * 11)
    # References that begin with these 40 bits, usually one. As a range, so that the index on `reference` is used.
    booked = Transfer.objects.filter(reference__range=(first, last), outcome=Transfer.Outcome.BOOKED)
    canonical = "-".join(plain[place : place + 4] for place in range(0, CODE_LENGTH, 4))
    # The code is computed again from the rows: a transfer that was rewritten no longer has its code.
    return next((record for record in _with_entries(booked) if receipt_code(record) == canonical), None)


# The content of a record ----------------------------------------------------------------------------------------------


def _with_entries(transfers: QuerySet[Transfer]) -> list[Record]:
    rows = [dict(zip(TRANSFER_FIELDS, row, strict=True)) for row in transfers.values_list(*TRANSFER_FIELDS)]
    entries: dict[int, list[list[object]]] = defaultdict(list)
    of_these = Entry.objects.filter(transfer_id__in=[row["id"] for row in rows]).order_by("transfer_id", "line")
    for transfer, *entry in of_these.values_list("transfer_id", *ENTRY_FIELDS):
        entries[transfer].append([_plain(value) for value in entry])
    return [Record(row["id"], row["reference"], _content(row, entries[row["id"]])) for row in rows]


def _content(row: dict[str, object], entries: list[list[object]]) -> bytes:
    said = [FORMAT, [_plain(value) for value in row.values()], entries]
    return json.dumps(said, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    """`value` as JSON can hold it. The result does not depend on the session, the driver or the time zone."""
    if isinstance(value, dt.datetime):
        return (value - EPOCH) // dt.timedelta(microseconds=1)
    return str(value) if isinstance(value, UUID) else value
