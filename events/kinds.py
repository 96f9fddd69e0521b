"""Kinds: codes that are stored as text, with a label. Each app adds its notice kinds to the list by its `kinds.py`."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise


class Kind(str):
    """A code that is stored in the database, and the label that people read. It is equal to the code as a string."""

    label: str | Promise

    def __new__(cls, code: str, label: str | Promise = "", **_: object) -> Self:
        kind = super().__new__(cls, code)
        kind.label = label
        return kind

    def __deepcopy__(self, memo: object) -> Self:
        """Returns the kind itself: Django copies the values of queries, and a kind never changes."""
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Pickles the code alone, as a plain string."""
        return str, (str(self),)


class NoticeKind(Kind):
    """A kind of notification.

    `page` is the name of the page to which it leads: the page of the notification's subject or, if `of_its_subject` is
    false, a page without a subject, such as a list.
    """

    page: str
    of_its_subject: bool

    def __new__(cls, code: str, label: str | Promise, *, page: str, of_its_subject: bool = True) -> Self:
        kind = super().__new__(cls, code, label)
        kind.page, kind.of_its_subject = page, of_its_subject
        return kind

    def address_of(self, subject: UUID | None) -> str:
        """The address of the page to which a notification about `subject` (a reference) leads."""
        return reverse(self.page, args=[subject] if self.of_its_subject else [])


known_kinds: dict[str, NoticeKind] = {}
