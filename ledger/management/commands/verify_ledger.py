"""`./wallet verify_ledger`: computes the hash chain from the rows again, and names the entries that were rewritten."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import cuts, verification
from ledger.seals import refused
from timestamp_rpc.signature_file import Damaged


class Command(BaseCommand):
    help = "Verifies every seal against the ledger's rows and the witness. Exits with 1 if anything was rewritten."

    def handle(self, **_: Any) -> None:
        started, key = time.monotonic(), verification.known_key()
        try:
            result = verification.verify_with_witness(tell=self._progress)
        except Damaged as damage:
            raise CommandError(f"The witness cannot be believed: {damage}") from damage
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
            ("the witness's own list", f"{result.witnessed} seals" if result.witnessed else "not on this machine"),
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
        verification.record(result)
        if not result.is_sound:
            raise SystemExit(1)

    def _progress(self, seals: int) -> None:
        if sys.stderr.isatty() and seals % 10 == 0:
            self.stderr.write(f"\r{seals} seals verified", ending="")
