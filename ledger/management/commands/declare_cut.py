"""`./wallet declare_cut`: says that the ledger was set back, so that the witness signs again. It is shown for ever."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger import cuts
from timestamp_rpc.signature_file import Damaged
from timestamp_rpc.witness import Refused, Witness

WHEN = "%d %B %Y %H:%M UTC"


class Command(BaseCommand):
    help = "After a restore or failover that lost transfers: lets the witness sign from where the ledger is now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", default="", help="what happened, in a sentence that everybody will read")
        parser.add_argument("--by", default=getpass.getuser(), help="who declares it")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, reason: str, by: str, yes: bool, **_: Any) -> None:
        directory = Path(settings.TIMESTAMP_KEY_DIR) if settings.TIMESTAMP_KEY_DIR else None
        if directory is None or not (directory / "key").exists():
            raise CommandError("The witness's files are not here. Set TIMESTAMP_KEY_DIR, on the machine that has them.")
        try:
            difference = cuts.set_back(directory)
            if difference.lost:
                self._explain(difference)
                if not reason.strip() and not yes:
                    reason = input("What happened? Everybody will read this: ")
                if not reason.strip():
                    raise CommandError("A cut needs a reason: --reason. Nothing was changed.")
                if not yes and input("Write CUT to declare it: ").strip() != "CUT":
                    raise CommandError("Nothing was changed.")
                witness = Witness(directory, settings.INSTALLATION_ID)
                cuts.declare(witness, difference, by=by[:200], reason=reason[:1000])
            recorded = cuts.record(directory)
        except (Damaged, Refused, ValueError) as error:
            raise CommandError(f"The witness does not cut: {error}. Nothing was changed.") from error
        self.stdout.write(
            f"{recorded} cut(s) recorded. The worker gets the next signatures within a minute."
            if recorded
            else "The database has all that the witness signed. Nothing was changed."
        )

    def _explain(self, difference: cuts.SetBack) -> None:
        agreed, lost = difference.agreed, difference.lost
        here = f"seal {agreed.number} of {agreed.sealed_at:{WHEN}}" if agreed else "nothing"
        self.stdout.write(
            f"The witness and the database agree up to {here}.\n"
            f"The witness signed {len(lost)} later seal(s), up to {lost[-1].number} of {lost[-1].signed_at:{WHEN}}.\n"
            "  What was booked in them is not in this database: look for a better copy before you go on.\n"
            "  Their signatures are kept beside the witness's other files.\n"
            "  verify_ledger and /status/ show the cut for ever."
        )
