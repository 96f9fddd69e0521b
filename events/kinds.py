"""Kinds of notifications: text in the database, and a list that every app adds its own to (`kinds.py`)."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise


class Kind(str):
    """A code that stands in the database, with the label that people read. Equal to its code."""

    label: str | Promise

    def __new__(cls, code: str, label: str | Promise = "", **_: object) -> Self:
        kind = super().__new__(cls, code)
        kind.label = label
        return kind

    def __deepcopy__(self, memo: object) -> Self:
        """Django copies what queries are made of; a kind never changes."""
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


class NoticeKind(Kind):
    """What a member is told. It leads to `page`: that of its subject or, where `of_its_subject` is false, a list."""

    page: str
    of_its_subject: bool

    def __new__(cls, code: str, label: str | Promise, *, page: str, of_its_subject: bool = True) -> Self:
        kind = super().__new__(cls, code, label)
        kind.page, kind.of_its_subject = page, of_its_subject
        return kind

    def address_of(self, subject: UUID | None) -> str:
        """The address of what it is about."""
        return reverse(self.page, args=[subject] if self.of_its_subject else [])


known_kinds: dict[str, NoticeKind] = {}
