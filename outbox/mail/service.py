"""Sending the letters that wait."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from events import letters
from events.letters import Contents
from events.mails import message_of
from events.models import Mail
from events.notices import tell
from outbox.attempts import Queue

from . import transport
from .kinds import ADDRESS_BOUNCES
from .models import Bouncing

log = logging.getLogger(__name__)

MINUTE_S, HOUR_S = 60.0, 3600.0
MAILS = Queue(
    Mail,
    # Eight attempts within a day.
    waits_s=(30, 2 * MINUTE_S, 10 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 6 * HOUR_S, 15 * HOUR_S),
    erase=", text = '', html = '', headers = '{}'",
)
LIFE = dt.timedelta(days=3)  # as long as the links in letters are valid; then a letter is of no use
MOST_PER_CONNECTION = 50
MOST_PER_SECOND = 20.0


def send_due(stopped: threading.Event) -> bool:
    """Sends what is due over one connection, one letter at a time. Returns whether there was anything to do.

    A letter is claimed only when the server is ready for it, so a server that is away uses up no attempt: then it
    raises Unreachable. After a letter that failed the connection is closed, whatever state it is in.
    """
    if not MAILS.has_due():
        return False
    try:
        with transport.connected() as sending:
            _send_over(sending, stopped)
    except transport.Unreachable as error:
        MAILS.wait_for(str(error))
        raise
    return True


def _send_over(sending: Any, stopped: threading.Event) -> None:
    for _ in range(MOST_PER_CONNECTION):
        began = time.monotonic()
        claimed = [] if stopped.is_set() else MAILS.claim()
        if not claimed or not _attempt(claimed[0], sending):
            return
        stopped.wait(max(0.0, began + 1 / MOST_PER_SECOND - time.monotonic()))


def _attempt(mail: Mail, sending: Any) -> bool:
    """Sends one letter and stores the result. Returns whether the connection is fit for another one."""
    assert mail.lease_until is not None
    if mail.lease_until - mail.created_at > LIFE:
        return MAILS.given_up(mail, "too old to be sent")
    try:
        transport.send(message_of(mail), sending)
    except transport.Refused as refusal:
        with transaction.atomic():
            MAILS.given_up(mail, _without(mail.address, str(refusal)))
            if refusal.is_address:
                _note_bouncing(mail)
        log.warning("letter %s was refused for ever", mail.reference)
        return False
    except transport.NotNow as failure:
        MAILS.failed(mail, _without(mail.address, str(failure)))
        log.warning("letter %s was not sent (attempt %s)", mail.reference, mail.attempts)
        return False
    if mail.user_id is not None:
        Bouncing.objects.filter(user=mail.user_id, address=mail.address).delete()
    if not MAILS.sent(mail):
        log.warning("letter %s took longer than its lease and may be sent twice", mail.reference)
    return True


def _note_bouncing(mail: Mail) -> None:
    """Notes that the person's confirmed address takes no letters, and tells them inside the wallet, once."""
    if mail.user_id is None or not User.objects.filter(pk=mail.user_id, email=mail.address).exists():
        return
    known, is_new = Bouncing.objects.get_or_create(user_id=mail.user_id, defaults={"address": mail.address})
    if not is_new and known.address == mail.address:
        return
    Bouncing.objects.filter(pk=known.pk).update(address=mail.address, since=Now())
    tell(mail.user_id, ADDRESS_BOUNCES, actor=None)


def _without(address: str, error: str) -> str:
    """The server's words without the address, which staff need not see."""
    return error.replace(address, "…")


def try_again(reference: UUID | None = None) -> int:
    """Makes one letter that was not sent due at once, or all of them. Returns how many.

    One that is being sent at this moment is left alone, and so is one that is too old, or erased.
    """
    of_use = "created_at > statement_timestamp() - %s AND NOT (text = '' AND html = '')"
    if reference is None:
        return MAILS.try_again(of_use, LIFE)
    return MAILS.try_again(f"{of_use} AND reference = %s", LIFE, str(reference))


def write_test_letter(user: User, *, site: str) -> None:
    """Writes a letter by which an administrator sees that mail arrives."""
    contents = Contents(f"Test letter from {site}", words="This letter has arrived, so mail works.")
    letters.write(contents, user=user.pk, address=user.email, kind="test")
