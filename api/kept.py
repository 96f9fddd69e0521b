"""What the first use of a key is answered, put together inside the transaction that decided it.

Rows written there are read alone and by their key: reading them by their id, or together with the wallets they name,
would make other money transactions abort.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import Model
from pydantic import BaseModel

from conversion.errors import PaymentError

from . import problems
from .once import Keep

M = TypeVar("M", bound=Model)


def keep_refusal(keep: Keep, declined: PaymentError) -> None:
    problem = problems.of_refusal(declined)
    keep(problem.status, problem.as_json())


def keep_body(keep: Keep, status: int, body: BaseModel) -> None:
    keep(status, body.model_dump(mode="json", by_alias=True))


def with_known(row: M, known: Mapping[str, Model | None]) -> M:
    """The row with the rows it points at, as far as they are `known`: so that they are not read again."""
    for name, value in known.items():
        assert getattr(row, f"{name}_id") == (value and value.pk), name
        setattr(row, name, value)
    return row
