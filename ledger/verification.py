"""Verification: whether the ledger's rows are still as they were when they were sealed.

The owner of the database can switch triggers off and rewrite rows. So all digests are computed again from the rows, in
Python, and are compared with the chain of seals. The witness outside the database has signed each seal.

It only reads, and it holds PAGE seals and the transfers of one seal at a time, however long the chain is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from timestamp_rpc import witness
from timestamp_rpc.cuts import cuts_in
from timestamp_rpc.signature_file import SealSignature

from . import chain, cuts
from .models import Entry, Seal, Signature, Transfer, VerificationRun

PAGE = 50  # seals read at a time
# It reads the whole ledger, which takes minutes where there are millions of entries. So it runs less often than the
# audit, and still somebody who rewrites rows is found on the next day.
VERIFIED_EVERY_S = 86_400

log = logging.getLogger(__name__)


@dataclass(slots=True)
class VerificationResult:
    """What a verification counted and found. `findings` are sentences, in the order of the chain.

    `seals` and `transfers` were verified; `unsealed` transfers have no seal yet, `unsigned` seals no signature yet.
    """

    seals: int = 0
    transfers: int = 0
    unsealed: int = 0
    unsigned: int = 0
    findings: list[str] = field(default_factory=list)
    witnessed: int = 0  # signatures in the witness's own list

    @property
    def is_sound(self) -> bool:
        return not self.findings


def run() -> VerificationRun:
    """Verifies with what the witness on this machine knows, and stores the result. The worker calls this as a job.

    Raises Damaged where the witness's own list cannot be believed: then nothing was verified.
    """
    result = verify_with_witness()
    for finding in result.findings:
        log.error("the ledger was rewritten: %s", finding)
    return record(result)


def record(result: VerificationResult) -> VerificationRun:
    """Stores when the verification ran and how many findings it had. The badge shows this."""
    return VerificationRun.objects.create(seals=result.seals, findings=len(result.findings))


def verify_with_witness(*, tell: Callable[[int], None] = lambda _: None) -> VerificationResult:
    """Verifies with what the witness on this machine knows: its key, its list, and the cuts that it signed.

    `tell` as in `verify`. Raises Damaged.
    """
    key = known_key()
    declared = cuts_in(Path(settings.TIMESTAMP_KEY_DIR)) if settings.TIMESTAMP_KEY_DIR else []
    result = verify(public_key=key, witnessed=witnessed(), tell=tell)
    result.findings += cuts.wrong_with(key, declared)
    return result


def known_key() -> bytes | None:
    """The witness's public key as it is known outside the database; None if it is not known."""
    if settings.TIMESTAMP_PUBLIC_KEY:
        return bytes.fromhex(settings.TIMESTAMP_PUBLIC_KEY)
    return witness.public_key_of(Path(settings.TIMESTAMP_KEY_DIR)) if settings.TIMESTAMP_KEY_DIR else None


def witnessed() -> Iterable[SealSignature]:
    """The witness's own list; empty if its directory is not on this machine. Raises Damaged while it is read."""
    return witness.signatures_in(Path(settings.TIMESTAMP_KEY_DIR)) if settings.TIMESTAMP_KEY_DIR else ()


def verify(
    *,
    public_key: bytes | None,
    witnessed: Iterable[SealSignature],
    most: int = 10,
    tell: Callable[[int], None] = lambda _: None,
) -> VerificationResult:
    """Verifies the chain from its first seal on, until there are `most` findings.

    `public_key` is the witness's key, known from outside the database. Without it, each signature is verified with the
    key that is stored beside it. `witnessed` is the witness's own list, in the order of the numbers. After each seal
    `tell` is called with the number of seals that are done.
    """
    result = VerificationResult()
    before, upto = chain.FIRST, "0"
    # The first signature is read before the seals: whatever is in the list by then has its seal in the database.
    theirs = _Witnessed(witnessed)
    for seal in _seals():
        result.findings += _wrong_with(seal, after=result.seals, before=before, since=upto)
        result.findings += _wrong_with_signature(seal, public_key, theirs.digest_of(seal.number))
        result.seals += 1
        result.transfers += seal.transfers
        result.unsigned += _signature_of(seal) is None
        before, upto = bytes(seal.digest), seal.upto
        tell(result.seals)
        if len(result.findings) >= most:  # one rewritten wallet can break all later seals
            return result
    # The chain alone does not show that its last seals were deleted. The witness's list does.
    last = theirs.last()
    if last > result.seals:
        result.findings.append(f"the witness signed seals up to {last}, the database ends at {result.seals}")
    result.witnessed = theirs.count
    result.unsealed = Transfer.objects.filter(xid__gte=upto).count()
    return result


def is_sealed(record: chain.Record, seal: Seal) -> bool:
    """Whether the seal contains the record as it is now, and its digest follows from the seal before."""
    last = Seal.objects.filter(number=seal.number - 1).first()
    before = bytes(last.digest) if last else chain.FIRST
    return _digest(seal, before) == bytes(seal.digest) and chain.Leaf.of(record) in chain.unpack(bytes(seal.leaves))


class _Witnessed:
    """The witness's list, read in step with the seals, so that it need not fit into memory."""

    def __init__(self, signatures: Iterable[SealSignature]) -> None:
        self._signatures, self.count, self._newest = iter(signatures), 0, 0
        self._read = self._next()

    def digest_of(self, number: int) -> bytes | None:
        """The digest that the witness signed under this number; None if it signed none. Numbers are asked in order."""
        while self._read and self._read.number < number:
            self._read = self._next()
        return self._read.digest if self._read and self._read.number == number else None

    def last(self) -> int:
        """The highest number in the list, 0 in an empty one. Reads the rest of the list."""
        while self._read:
            self._read = self._next()
        return self._newest

    def _next(self) -> SealSignature | None:
        signature = next(self._signatures, None)
        if signature:
            self.count, self._newest = self.count + 1, max(self._newest, signature.number)
        return signature


def _seals() -> Iterator[Seal]:
    """All seals in order, read PAGE at a time, because the leaves of all of them may not fit into memory."""
    number = 0
    while page := list(Seal.objects.select_related("signature").filter(number__gt=number).order_by("number")[:PAGE]):
        yield from page
        number = page[-1].number


def _digest(seal: Seal, before: bytes) -> bytes:
    return chain.link(before, number=seal.number, since=seal.since, upto=seal.upto, leaves=bytes(seal.leaves))


def _wrong_with(seal: Seal, *, after: int, before: bytes, since: str) -> list[str]:
    if seal.number != after + 1:
        return [f"seal {after + 1} is gone"]
    if seal.since != since:
        return [f"seal {seal.number} begins at transaction {seal.since}, not where the one before ended ({since})"]
    if _digest(seal, before) != bytes(seal.digest):
        return [f"seal {seal.number} was rewritten: its digest does not follow from what it holds"]
    return list(_differences(seal))


def _differences(seal: Seal) -> Iterator[str]:
    """Differences between the rows and the seal's leaves, in the order of the chain."""
    sealed = list(chain.unpack(bytes(seal.leaves)))
    found = {record.id: record for record in chain.records(since=seal.since, upto=seal.upto)}
    for leaf in sealed:
        record = found.pop(leaf.id, None)
        if record is None:
            yield f"transfer {leaf.id} of seal {seal.number} is gone from where it was booked"
        elif chain.Leaf.of(record) != leaf:
            yield f"seal {seal.number}: {_blame(leaf.id)}"
    for record in found.values():
        yield f"transfer {record.id} ({record.reference}) was put into seal {seal.number} afterwards"


def _blame(transfer_id: int) -> str:
    """Names the row that was rewritten: the entry that does not match the transfer's legs, or else the transfer.

    A leaf has one digest for the transfer and its entries. So it tells which transfer differs, but not which row.
    """
    transfer = Transfer.objects.get(pk=transfer_id)
    name = f"transfer {transfer.pk} ({transfer.reference})"
    asked = list(zip(*[iter(transfer.legs)] * 3, strict=False)) if transfer.is_booked else []
    expected = {
        line: move
        for number, (source, target, amount) in enumerate(asked)
        for line, move in ((2 * number, (source, -amount)), (2 * number + 1, (target, amount)))
    }
    for entry in Entry.objects.filter(transfer=transfer_id).order_by("line"):
        if expected.pop(entry.line, None) != (entry.wallet_id, entry.amount_minor):
            return f"entry {entry.line} of {name} was rewritten"
    if expected:
        return f"entry {min(expected)} of {name} is gone"
    return f"{name}, the order of its entries or what one of their wallets is was rewritten"


def _signature_of(seal: Seal) -> Signature | None:
    return getattr(seal, "signature", None)


def _wrong_with_signature(seal: Seal, public_key: bytes | None, witnessed: bytes | None) -> list[str]:
    wrong = []
    if witnessed is not None and witnessed != bytes(seal.digest):
        wrong.append(f"seal {seal.number} is not the one the witness signed")
    signature = _signature_of(seal)
    if signature is not None and not witness.is_genuine(
        _signed(signature), public_key=public_key or bytes(signature.public_key)
    ):
        wrong.append(f"the signature on seal {seal.number} is not the witness's")
    return wrong


def _signed(signature: Signature) -> SealSignature:
    return SealSignature(
        number=signature.seal_id,
        digest=bytes(signature.seal.digest),
        signed_at=signature.signed_at,
        signature=bytes(signature.value),
        public_key=bytes(signature.public_key),
    )
