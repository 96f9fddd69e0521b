"""What the cashier of the demo does: takes cash from members."""

from __future__ import annotations

from accounts.models import User
from conversion.money import Money
from payments.acting import Act, Stage

from .service import take_cash

CASH_TODAY = (("jonas", "50"), ("emeka", "20"), ("bob", "10"))


def _take_some_cash(stage: Stage) -> None:
    member, _ = stage.two()
    _take(stage, member, stage.some(member))


def _take_cash_today(stage: Stage) -> None:
    for username, amount in CASH_TODAY:
        member = stage.people[username]
        _take(stage, member, Money.of(amount, member.currency))


def _take(stage: Stage, member: User, amount: Money) -> None:
    take_cash(cashier=stage.people["cass"], member=member, amount=amount, key=stage.key())


ACTS = [Act(_take_some_cash, often=3)]
LAST = [_take_cash_today]
