"""The connection to the mail server, with deadlines, and what its refusals mean."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection

POLICY = re.compile(r"5\d\d[ -]5\.7\.")  # RFC 3463: the server refuses us, or what we do, and not the address
CONSOLE = "django.core.mail.backends.console.EmailBackend"
CONNECT_S = 10.0  # also for each answer until the server is ready for letters
SEND_S = 30.0  # for all of one letter; less than the lease of outbox/attempts.py


class Unreachable(Exception):
    """No server is ready for letters: it is away, or does not let us in. No letter is at fault."""


class Refused(Exception):
    """The server will never take this letter. `is_address`: nor any other to this address."""

    def __init__(self, words: str, *, is_address: bool = False) -> None:
        super().__init__(words)
        self.is_address = is_address


class NotNow(Exception):
    """The letter was not taken, or nobody knows; another attempt may succeed."""


@contextlib.contextmanager
def connected() -> Iterator[Any]:
    """A connection that is ready for letters. Raises Unreachable."""
    sending = get_connection(settings.MAIL_TRANSPORT, timeout=CONNECT_S)
    try:
        sending.open()
    except OSError as error:  # SMTPException is one
        raise Unreachable(_in_words(error)) from error
    try:
        yield sending
    finally:
        with contextlib.suppress(OSError):
            sending.close()


def send(letter: EmailMessage, sending: Any) -> None:
    """Hands one letter to the server, over the connection `sending`.

    Raises Refused where the server, or the letter itself, makes it impossible for ever, and NotNow for the rest.
    """
    if settings.MAIL_TRANSPORT == CONSOLE and isinstance(letter, EmailMultiAlternatives):
        letter.alternatives.clear()  # a log is read as text
    try:
        with _within_deadline(sending):
            sending.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.args[0].values()))  # by address, of which there is one
        words = f"{code} {_text(said)}"
        if code < 500:
            raise NotNow(words) from error
        raise Refused(words, is_address=not POLICY.match(words)) from error
    except smtplib.SMTPDataError as error:
        raise (Refused if error.smtp_code >= 500 else NotNow)(_in_words(error)) from error
    except (ValueError, smtplib.SMTPNotSupportedError) as error:  # an address that this server's SMTP cannot write
        raise Refused(_in_words(error)) from error
    except OSError as error:
        raise NotNow(_in_words(error)) from error


@contextlib.contextmanager
def _within_deadline(sending: Any) -> Iterator[None]:
    """Ends the connection after SEND_S. A time-out of the socket alone begins anew with each byte of the server's."""
    wire: socket.socket | None = getattr(getattr(sending, "connection", None), "sock", None)
    if wire is None:  # the console, or a file
        yield
        return
    wire.settimeout(SEND_S)
    alarm = threading.Timer(SEND_S, _cut, [wire])
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        with contextlib.suppress(OSError):
            wire.settimeout(CONNECT_S)  # for the next letter's beginning, or the farewell


def _cut(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(wire, socket.SHUT_RDWR)  # not TLS's own way, which would wait


def _in_words(error: Exception) -> str:
    """What went wrong, for staff: the server's own words where it said some."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
