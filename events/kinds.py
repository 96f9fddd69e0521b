"""Kinds: codes that are stored as text, with a label. Each app adds its notice kinds and topics by its `kinds.py`."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Topic:
    """What a person may want letters about, or not. Several kinds of notifications may share one.

    The letter of a monthly topic is written once a month, so nobody chooses a summary of the day for it. `roles` are
    those whose holders get such letters; empty: everybody.
    """

    code: str
    label: str | Promise
    is_monthly: bool = False
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Security:
    """What somebody may have done to the account: its letters are always sent, and at once."""


@dataclass(frozen=True, slots=True)
class NotMailed:
    """No letter is made of such a notification. `reason` says why."""

    reason: str


SECURITY = Security()
ByMail = Topic | Security | NotMailed


class NoticeKind(Kind):
    """A kind of notification.

    `page` is the name of the page to which it leads: the page of the notification's subject or, if `of_its_subject` is
    false, a page without a subject, such as a list. `mail` says whether it also becomes a letter.
    """

    page: str
    of_its_subject: bool
    mail: ByMail

    def __new__(cls, code: str, label: str | Promise, *, page: str, mail: ByMail, of_its_subject: bool = True) -> Self:
        kind = super().__new__(cls, code, label)
        kind.page, kind.mail, kind.of_its_subject = page, mail, of_its_subject
        return kind

    @property
    def is_mailed(self) -> bool:
        return not isinstance(self.mail, NotMailed)

    def address_of(self, subject: UUID | None) -> str:
        """The address of the page to which a notification about `subject` (a reference) leads."""
        return reverse(self.page, args=[subject] if self.of_its_subject else [])


known_kinds: dict[str, NoticeKind] = {}
known_topics: dict[str, Topic] = {}
