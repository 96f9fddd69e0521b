"""Acts of the demo's people: top-ups on trust, one of them over the daily cap."""

from __future__ import annotations

from functools import partial

from conversion.money import Money
from payments.acting import Stage

from .service import are_on, top_up_on_trust

ON_TRUST = (("bob", "15"), ("freya", "200"), ("noah", "25"), ("hana", "3000"), ("alice", "20"))


def _top_up(stage: Stage, *, username: str, amount: str) -> None:
    member = stage.people[username]
    top_up_on_trust(member=member, amount=Money.of(amount, member.currency), key=stage.key())


LAST = [partial(_top_up, username=username, amount=amount) for username, amount in ON_TRUST if are_on()]
