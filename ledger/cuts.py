"""Declaring that the ledger was set back, after a restore or a failover that lost sealed transfers."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from pathlib import Path

from timestamp_rpc.cuts import Cut as Declared
from timestamp_rpc.cuts import cuts_in
from timestamp_rpc.signature_file import SealSignature
from timestamp_rpc.witness import Witness, is_genuine_cut, signatures_in

from .models import Cut, Seal

PAGE = 1000  # seals read at a time


@dataclass(frozen=True, slots=True)
class SetBack:
    """What the witness signed and the database does not have. `agreed` is the last seal that both have, or None."""

    agreed: Seal | None
    lost: list[SealSignature]


def set_back(directory: Path) -> SetBack:
    """Compares the database with the witness whose files are in `directory`. Raises Damaged."""
    signatures = list(signatures_in(directory))
    agreed = _last_agreed({each.number: each.digest for each in signatures})
    last = agreed.number if agreed else 0
    return SetBack(agreed, [each for each in signatures if each.number > last])


def _last_agreed(signed: dict[int, bytes]) -> Seal | None:
    """The last seal whose digest was signed. Usually it is one of the last, so the seals are read backwards."""
    seals = Seal.objects.defer("leaves").order_by("-number")
    page = list(seals[:PAGE])
    while page:
        for seal in page:
            if signed.get(seal.number) == bytes(seal.digest):
                return seal
        page = list(seals.filter(number__lt=page[-1].number)[:PAGE])
    return None


def declare(witness: Witness, difference: SetBack, *, by: str, reason: str) -> Declared:
    """Has the witness sign the cut and put the signatures of the lost seals aside. Raises Refused."""
    after, digest = (difference.agreed.number, bytes(difference.agreed.digest)) if difference.agreed else (0, b"")
    return witness.cut(after, digest, by=by, reason=reason, now=dt.datetime.now(dt.UTC))


def record(directory: Path) -> int:
    """Stores every cut in the witness's files that the database does not have. Returns how many those were."""
    known = {bytes(signature) for signature in Cut.objects.values_list("signature", flat=True)}
    missing = [cut for cut in cuts_in(directory) if cut.signature not in known]
    Cut.objects.bulk_create([Cut(**asdict(cut)) for cut in missing])
    return len(missing)


def declared() -> list[Cut]:
    """Every declared cut, the oldest first."""
    return list(Cut.objects.order_by("pk"))


def wrong_with(public_key: bytes | None, witnessed: list[Declared]) -> list[str]:
    """Sentences about cuts that the witness did not sign, and about those that the database keeps silent about.

    `public_key` as in `verification.verify`. `witnessed` are the cuts in the witness's own files.
    """
    stored = declared()
    wrong = [
        f"the cut after seal {cut.after} was not signed by the witness"
        for cut in stored
        if not is_genuine_cut(_declared(cut), public_key=public_key or bytes(cut.public_key))
    ]
    known = {bytes(cut.signature) for cut in stored}
    return wrong + [
        f"the witness signed a cut after seal {cut.after}, and the database does not have it"
        for cut in witnessed
        if cut.signature not in known
    ]


def _declared(cut: Cut) -> Declared:
    return Declared(
        cut.after, cut.until, cut.declared_at, cut.by, cut.reason, cut.kept, bytes(cut.public_key), bytes(cut.signature)
    )
