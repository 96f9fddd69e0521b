"""Writing letters. The process `messenger` sends them, so that no page waits for the mail server or fails by it.

A letter is a row in the transaction in which it is written: what is rolled back tells nobody. `MailQueue` is Django's
EMAIL_BACKEND, so everything that sends mail by Django's interface writes such rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from email.message import Message
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone

from .models import Mail


class Letter(EmailMultiAlternatives):
    """A letter of this project. `user` is the id of whom it tells, and `kind` says what.

    With a `key`, only the first letter with it is sent: so one thing is told once, however often it is tried.
    """

    def __init__(self, *words: Any, user: int | None, kind: str, key: str | None = None, **more: Any) -> None:
        super().__init__(*words, **more)
        self.user, self.kind, self.key = user, kind, key


class MailQueue(BaseEmailBackend):
    """Writes each letter as a row of its own for each address. The number written is returned, as Django wants it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Raises ValueError for a letter that could never be sent: with a line break in a header, or attachments."""
        return sum(_write(row) for letter in email_messages for row in _rows(letter))


def message_of(mail: Mail) -> EmailMessage:
    """The letter as it is sent. Its Message-ID is the same at each attempt, so most mailboxes show it once."""
    headers = {
        "Message-ID": f"<{mail.reference}@{_domain(mail)}>",
        "Auto-Submitted": "auto-generated",
        **mail.headers,
    }
    message = EmailMultiAlternatives(
        mail.subject, mail.text, headers.pop("From", None), [mail.address], headers=headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _rows(letter: EmailMessage) -> Iterable[Mail]:
    if letter.attachments:
        raise ValueError("A letter in the queue has no attachments")
    alternatives = getattr(letter, "alternatives", [])
    html = next((str(each[0]) for each in alternatives if each[1] == "text/html"), "")
    headers = {"Date": format_datetime(timezone.now())}
    headers |= {name: str(value) for name, value in letter.extra_headers.items()}
    if letter.from_email != settings.DEFAULT_FROM_EMAIL:
        headers["From"] = str(letter.from_email)
    if letter.reply_to:
        headers["Reply-To"] = ", ".join(map(str, letter.reply_to))
    is_html = letter.content_subtype == "html"
    key = getattr(letter, "key", None)
    for address in (*letter.to, *letter.cc, *letter.bcc):
        mail = Mail(
            # From the key, where there is one: so even two copies of this database say the same Message-ID.
            reference=uuid5(UUID(settings.INSTALLATION_ID), key) if key else uuid4(),
            user_id=getattr(letter, "user", None),
            kind=getattr(letter, "kind", ""),
            key=key,
            address=address,
            subject=str(letter.subject),
            text="" if is_html else str(letter.body),
            html=str(letter.body) if is_html else html,
            headers=headers,
        )
        _require_sendable(mail)
        yield mail


def _require_sendable(mail: Mail) -> Message:
    """Makes the message, as the messenger will. Raises BadHeaderError (a ValueError) for a line break in a header."""
    return message_of(mail).message()


def _write(mail: Mail) -> int:
    """Writes the row, unless its key is known. Returns how many were written. The database's clock dates it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO events_mail (reference, user_id, kind, key, address, subject, text, html, headers)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [
                *(str(mail.reference), mail.user_id, mail.kind, mail.key, mail.address),
                *(mail.subject, mail.text, mail.html, json.dumps(mail.headers)),
            ],
        )
        return cursor.rowcount


def _domain(mail: Mail) -> str:
    """The domain of whom the letter is from: in its Message-ID, where Django would look up this machine's name."""
    return parseaddr(mail.headers.get("From", settings.DEFAULT_FROM_EMAIL))[1].rpartition("@")[2]
