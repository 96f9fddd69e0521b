"""The demo's debts: everybody may owe a little, Bob has a limit of his own and owes some of it."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import Stage
from shop.rules.models import Rules

from .service import apply_limits, set_limit


def _let_people_owe(stage: Stage) -> None:
    Rules.objects.create(debt_default_minor=1000, made_by=stage.people["tess"])
    apply_limits()
    limit = Money.of("20", "GBP")
    set_limit(by=stage.people["tess"], member=stage.people["bob"], limit=limit, reason="Pays at the end of each month")


LAST = [_let_people_owe]
