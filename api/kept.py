"""Building the answer to the first use of a key, inside the transaction that decided the outcome.

A row written in that transaction is read alone, by its key. Reading it by its id, or joined with the wallets that it
names, would make other money transactions abort.
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
    """Stores a decline as the answer: its status and its problem document."""
    problem = problems.of_refusal(declined)
    keep(problem.status, problem.as_json())


def keep_body(keep: Keep, status: int, body: BaseModel) -> None:
    """Stores `status` and `body` as the answer, under the names that the JSON API has for the fields."""
    keep(status, body.model_dump(mode="json", by_alias=True))


def with_known(row: M, known: Mapping[str, Model | None]) -> M:
    """The row with its related rows set from `known`, by foreign key, so that no query reads them again."""
    for name, value in known.items():
        assert getattr(row, f"{name}_id") == (value and value.pk), name
        setattr(row, name, value)
    return row
