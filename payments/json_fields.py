from __future__ import annotations

from typing import Annotated

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from api.fields import ONE_LINE
from ledger.kinds import PERSONAL
from ledger.models import Wallet

from . import notes
from .fields import NoteField
from .owners import name_of


class Party(BaseModel):
    """Who is on one side. A system wallet has a name and no username."""

    username: str | None
    name: str

    @classmethod
    def of(cls, wallet: Wallet) -> Party:
        is_person = wallet.purpose in PERSONAL and wallet.owner is not None
        return cls(username=wallet.owner.get_username() if is_person and wallet.owner else None, name=name_of(wallet))


def plain_title(title: str) -> str:
    """As the page's form has it, so that one file under one title is one mass payment, however it came."""
    plain = " ".join(title.split())
    if not plain or not notes.is_storable(plain):
        raise PydanticCustomError("title", "The title is empty, or has characters that cannot be stored.")
    return plain


def _plain_note(note: str) -> str:
    """By the rule of the pages' note field."""
    try:
        return NoteField().clean(note)
    except ValidationError as error:
        raise PydanticCustomError("note", "{why}", {"why": " ".join(error.messages)}) from error


Handle = Annotated[
    str,
    Field(
        min_length=1,
        max_length=254,
        description="A username, or an e-mail address.",
        examples=["bob"],
        json_schema_extra={"pattern": ONE_LINE},
    ),
]
Note = Annotated[
    str,
    AfterValidator(_plain_note),
    Field(
        max_length=140,
        description="Plain words on one line.",
        examples=["Pizza"],
        json_schema_extra={"pattern": ONE_LINE},
    ),
]
