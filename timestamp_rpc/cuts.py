"""Declared cuts: an operator says that the ledger was set back, and the witness signs from there on anew.

After a restore to an earlier moment, or a failover to a server that lacked the last transactions, the witness signed
seals that the database does not have. It would refuse every later seal for good. A cut puts those signatures aside
(they are kept) and is itself signed, so it can be neither hidden nor made by whoever has only the database.

The file `cuts` in the witness's directory has one line of JSON for each cut.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from .signature_file import EPOCH, Damaged

PURPOSE = b"wallet-cut-v1"  # begins what is signed, so that the signature is valid for no other purpose


@dataclass(frozen=True, slots=True)
class Cut:
    """The ledger was set back to seal `after`; the witness had signed up to seal `until`.

    `by` and `reason` are the operator's own words. `kept` is the SHA-256 of the file with the signatures that were put
    aside, in hexadecimal. `declared_at` is UTC with microseconds.
    """

    after: int
    until: int
    declared_at: dt.datetime
    by: str
    reason: str
    kept: str
    public_key: bytes
    signature: bytes = b""

    def signed(self) -> bytes:
        """The bytes that the signature is over."""
        micros = (self.declared_at - EPOCH) // dt.timedelta(microseconds=1)
        return PURPOSE + json.dumps([self.after, self.until, micros, self.by, self.reason, self.kept]).encode()

    def as_line(self) -> str:
        micros = (self.declared_at - EPOCH) // dt.timedelta(microseconds=1)
        fields = [self.after, self.until, micros, self.by, self.reason, self.kept]
        return json.dumps([*fields, self.public_key.hex(), self.signature.hex()]) + "\n"


def cuts_in(directory: Path) -> list[Cut]:
    """The cuts in the witness's directory, the oldest first. Raises Damaged."""
    path = directory / "cuts"
    if not path.exists():
        return []
    # A last line without its end was cut off by a power cut, and what it says was not done.
    return [_parsed(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def _parsed(line: str) -> Cut:
    try:
        after, until, micros, by, reason, kept, public_key, signature = json.loads(line)
        at = EPOCH + dt.timedelta(microseconds=micros)
        return Cut(after, until, at, by, reason, kept, bytes.fromhex(public_key), bytes.fromhex(signature))
    except (ValueError, TypeError, OverflowError) as error:
        raise Damaged(f"the witness's file has a line that is no cut: {line.strip()[:80]}") from error
