"""`./wallet audit`: runs every law and prints how many rows break it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ledger import audit

MOST_SHOWN = 5


class Command(BaseCommand):
    help = "Runs every law of the books and prints a table. Exits with 1 if a law is broken."

    def handle(self, **_: Any) -> None:
        reports = audit.report()
        width = max(len(report.law.name) for report in reports)
        self.stdout.write(f"{'law':{width}}  {'broken':>7}  {'ms':>7}")
        for report in reports:
            self.stdout.write(f"{report.law.name:{width}}  {len(report.breaches):7}  {report.took_s * 1000:7.0f}")
            for breach in report.breaches[:MOST_SHOWN]:
                self.stdout.write(f"    {breach.found}")
            if len(report.breaches) > MOST_SHOWN:
                self.stdout.write(f"    and {len(report.breaches) - MOST_SHOWN} more")
        broken = sum(bool(report.breaches) for report in reports)
        transfers, entries = audit.size()
        over = f"{len(reports)} laws over {transfers} transfers and {entries} entries"
        self.stdout.write(f"{over}: {'the books balance' if not broken else f'{broken} broken'}")
        audit.record(reports)
        if broken:
            raise SystemExit(1)
