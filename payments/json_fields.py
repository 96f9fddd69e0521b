from __future__ import annotations

from typing import Annotated

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BaseModel, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from api.fields import ONE_LINE, Name, Username
from ledger.kinds import PERSONAL
from ledger.models import Wallet

from . import notes
from .fields import NoteField
from .owners import name_of, plain_handle


class Party(BaseModel):
    """The payer or payee. A system wallet has a name and no username."""

    username: Username | None
    name: Name

    @classmethod
    def of(cls, wallet: Wallet) -> Party:
        is_person = wallet.purpose in PERSONAL and wallet.owner is not None
        return cls(username=wallet.owner.get_username() if is_person and wallet.owner else None, name=name_of(wallet))


def plain_title(title: str) -> str:
    """Returns the title with single spaces, as the page's form cleans it. Raises PydanticCustomError.

    A mass payment is known by its file and title. So the same file and title give the same mass payment, whether they
    come from the page or from the API.
    """
    plain = " ".join(title.split())
    if not plain or not notes.is_storable(plain):
        raise PydanticCustomError("title", "The title is empty, or has characters that cannot be stored.")
    return plain


_NOTE = NoteField()  # made once: an answer with a hundred transfers validates a hundred notes


def _plain_note(note: str) -> str:
    """Validates a note by the rules of the pages' note field. Raises PydanticCustomError."""
    try:
        return _NOTE.clean(note)
    except ValidationError as error:
        raise PydanticCustomError("note", "{why}", {"why": " ".join(error.messages)}) from error


Handle = Annotated[
    str,
    PlainSerializer(plain_handle),  # how the handle of a body is compared where its key comes again
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
        description="One line of text, without control characters.",
        examples=["Pizza"],
        json_schema_extra={"pattern": ONE_LINE},
    ),
]
