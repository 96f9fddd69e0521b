"""`./wallet audit`: every law of the books, and how many rows break it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ledger import audit

MOST_SHOWN = 5


class Command(BaseCommand):
    help = "Checks every law of the books and prints a table; exits 1 if any is broken."

    def handle(self, **_: Any) -> None:
        looks = audit.look()
        width = max(len(look.law.name) for look in looks)
        self.stdout.write(f"{'law':{width}}  {'broken':>7}  {'ms':>7}")
        for look in looks:
            self.stdout.write(f"{look.law.name:{width}}  {len(look.breaches):7}  {look.took_s * 1000:7.0f}")
            for breach in look.breaches[:MOST_SHOWN]:
                self.stdout.write(f"    {breach.found}")
            if len(look.breaches) > MOST_SHOWN:
                self.stdout.write(f"    and {len(look.breaches) - MOST_SHOWN} more")
        broken = sum(bool(look.breaches) for look in looks)
        transfers, entries = audit.size()
        over = f"{len(looks)} laws over {transfers} transfers and {entries} entries"
        self.stdout.write(f"{over}: {'the books balance' if not broken else f'{broken} broken'}")
        audit.record(looks)
        if broken:
            raise SystemExit(1)
