"""What the first use of a key is answered, put together inside the transaction that decided it.

Rows written there are read alone and by their key: reading them by their id, or together with the wallets they name,
would make other money transactions abort.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from pydantic import BaseModel

from payments import models
from payments.exceptions import PaymentError

from . import answers, problems
from .once import Keep


def keep_transfer(
    keep: Keep, request: HttpRequest, *, key: UUID, declined: PaymentError | None, **known: models.Wallet | Any
) -> None:
    """The caller's transfer under `key`, or why it was declined. `known` are the rows it points at."""
    if declined is not None:
        keep_refusal(keep, declined)
        return
    transfer = models.Transfer.objects.get(made_by=request.user.pk, key=key)
    keep_body(keep, 201, answers.Transfer.of(_with(transfer, known)))


def keep_hold(keep: Keep, request: HttpRequest, *, key: UUID, declined: PaymentError | None, **known: Any) -> None:
    if declined is not None:
        keep_refusal(keep, declined)
        return
    hold = models.Hold.objects.get(made_by=request.user.pk, key=key)
    keep_body(keep, 201, answers.Hold.of(_with(hold, known)))


def keep_refusal(keep: Keep, declined: PaymentError) -> None:
    problem = problems.of_refusal(declined)
    keep(problem.status, problem.as_json())


def keep_body(keep: Keep, status: int, body: BaseModel) -> None:
    keep(status, body.model_dump(mode="json", by_alias=True))


def _with(row: Any, known: dict[str, Any]) -> Any:
    for name, value in known.items():
        assert getattr(row, f"{name}_id") == (value and value.pk), name
        setattr(row, name, value)
    return row
