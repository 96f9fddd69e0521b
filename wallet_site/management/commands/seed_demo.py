"""The command `seed_demo`: fills an empty demo through the services, then checks the books by an audit."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger import audit
from wallet_site.demo.people import SIGN_INS
from wallet_site.demo.world import World, conversion_at_hand, is_in_use


class Command(BaseCommand):
    help = "Fills an empty demo installation with people and some months of payments."

    def handle(self, **_: Any) -> None:
        if not settings.DEMO:
            raise CommandError("the demo's people are for demo mode only (DEMO=true)")
        if is_in_use():
            self.stdout.write("this installation is already in use: nothing was seeded")
            return
        with conversion_at_hand():
            World(say=self.stdout.write).live()
        run = audit.run()
        if run.breaches:
            raise CommandError(f"the books do not balance: {audit.breaches()[:3]}")
        for name, password, role in SIGN_INS:
            self.stdout.write(f"sign in as  {name} / {password}  ({role})")
