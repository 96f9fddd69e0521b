"""`./wallet verify_ledger`: computes the hash chain from the rows again, and names the entries that were rewritten."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger import cuts, verification
from ledger.seals import refused
from timestamp_rpc import witness
from timestamp_rpc.cuts import cuts_in
from timestamp_rpc.signature_file import Damaged, SealSignature


class Command(BaseCommand):
    help = "Verifies every seal against the ledger's rows and the witness. Exits with 1 if anything was rewritten."

    def handle(self, **_: Any) -> None:
        started = time.monotonic()
        try:
            key, signatures = _witness()
            declared = cuts_in(Path(settings.TIMESTAMP_KEY_DIR)) if settings.TIMESTAMP_KEY_DIR else []
        except Damaged as damage:
            raise CommandError(f"The witness cannot be believed: {damage}") from damage
        result = verification.verify(
            public_key=key,
            witnessed={signature.number: signature.digest for signature in signatures},
            tell=self._progress,
        )
        result.findings += cuts.wrong_with(key, declared)
        if refusal := refused():
            result.findings.append(refusal)
        took_s = time.monotonic() - started
        if sys.stderr.isatty():
            self.stderr.write("")
        rows = [
            ("seals", f"{result.seals}"),
            ("transfers sealed", f"{result.transfers}"),
            ("transfers not sealed yet", f"{result.unsealed}"),
            ("seals not signed yet", f"{result.unsigned}"),
            ("signed by", key.hex() if key else "a key the database names itself (none is pinned)"),
            ("the witness's own list", f"{len(signatures)} seals" if signatures else "not on this machine"),
            ("took", f"{took_s:.1f} s"),
        ]
        for name, value in rows:
            self.stdout.write(f"{name:26} {value}")
        for cut in cuts.declared():
            self.stdout.write(
                f"set back after seal {cut.after} (it had {cut.until}), {cut.declared_at:%d %B %Y}: {cut.reason}"
            )
        for finding in result.findings:
            self.stdout.write(f"BAD: {finding}")
        self.stdout.write("the ledger is as it was sealed" if result.is_sound else "the ledger was rewritten")
        if not result.is_sound:
            raise SystemExit(1)

    def _progress(self, seals: int) -> None:
        if sys.stderr.isatty() and seals % 10 == 0:
            self.stderr.write(f"\r{seals} seals verified", ending="")


def _witness() -> tuple[bytes | None, list[SealSignature]]:
    """The witness's public key as known outside the database (None: unknown), and the signatures in the witness's file.

    There are no signatures if the witness's directory is not on this machine. Raises Damaged.
    """
    pinned = bytes.fromhex(settings.TIMESTAMP_PUBLIC_KEY) if settings.TIMESTAMP_PUBLIC_KEY else None
    directory = Path(settings.TIMESTAMP_KEY_DIR) if settings.TIMESTAMP_KEY_DIR else None
    if directory is None or not directory.exists():
        return pinned, []
    return pinned or witness.public_key_of(directory), list(witness.signatures_in(directory))
