"""Labels: a reference and metadata that a program puts on what it makes, for itself.

A label is no part of the books: it is not sealed, and only its maker sees it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Annotated
from uuid import UUID

from django.db import connection
from pydantic import Field

from .bodies import Asked
from .models import Label

Reference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[ -~]+$",
        description="A reference of your own, such as an order's number: printable ASCII. Nobody but you sees it.",
        examples=["order-4711"],
    ),
]
Metadata = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=40)], Annotated[str, Field(max_length=200)]],
    Field(
        max_length=20,
        description="At most 20 pairs of texts of your own. Nobody but you sees them.",
        examples=[{"till": "3"}],
    ),
]


class Labelled(Asked):
    """The base of a body that may have a label."""

    reference: Reference | None = None
    metadata: Metadata | None = None

    def label(self) -> Label | None:
        """The label in the body, for `store`; None where it has none."""
        if self.reference is None and not self.metadata:
            return None
        return Label(reference=self.reference or "", metadata=self.metadata or {})


def store(label: Label | None, *, maker: int, object: UUID) -> None:
    """Stores the label of a new object, in the transaction that makes it. A second label is not stored.

    It is an INSERT without a SELECT before it, as for the answer to a key (`api.once`).
    """
    if label is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_label (maker_id, object, reference, metadata) VALUES (%s, %s, %s, %s)
               ON CONFLICT (maker_id, object) DO NOTHING""",
            [maker, str(object), label.reference, json.dumps(label.metadata)],
        )


def labels_of(maker: int, objects: Iterable[UUID]) -> dict[UUID, Label]:
    """The maker's own labels of these objects, by object. Objects without one are missing."""
    return {label.object: label for label in Label.objects.filter(maker=maker, object__in=list(objects))}


def labels_by_owner(shown: Collection[tuple[int, UUID]]) -> dict[tuple[int, UUID], Label]:
    """The labels of objects that are shown to several people: of each (person, object), that person's own one.

    The pairs are looked up in the unique index. There is none on the objects alone.
    """
    rows = Label.objects.raw(
        """SELECT l.* FROM unnest(%s::bigint[], %s::uuid[]) AS shown (maker_id, object)
             JOIN api_label l ON l.maker_id = shown.maker_id AND l.object = shown.object""",
        [[person for person, _object in shown], [str(object) for _person, object in shown]],
    )
    return {(label.maker_id, label.object): label for label in rows}


def label_of(maker: int, object: UUID) -> Label | None:
    """The maker's own label of this object, or None."""
    return labels_of(maker, [object]).get(object)
