"""Telling a person what was done in their name: by a notification, and by a letter that says from where.

Whoever has only the session, or only the mailbox, must not be able to change an account unnoticed. People without a
confirmed address have the notification.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from events import letters
from events.kinds import NoticeKind
from events.letters import Contents, Typed, Words
from events.notices import tell

from .models import User

MOST_OF_A_BROWSER = 200  # characters of its name


def alert(
    user: User,
    kind: NoticeKind,
    *,
    request: HttpRequest,
    facts: tuple[tuple[Words, Words], ...] = (),
    also_to: str = "",
) -> None:
    """Tells the person. `facts` are those of a letter. `also_to` is an address that was theirs until now."""
    about = (
        (_("Account"), user.username),
        *facts,
        (_("When"), date_format(localtime(now()), "j F Y, H:i e")),
        (_("From the address"), get_adapter().get_client_ip(request)),
        (_("Browser"), Typed(request.headers.get("User-Agent", "")[:MOST_OF_A_BROWSER])),
    )
    contents = letters.about_security(Contents(kind.label, facts=about))
    with transaction.atomic():
        tell(user.pk, kind, actor=user.pk, mail=False)
        confirmed = User.objects.values_list("email", flat=True).get(pk=user.pk)  # allauth may just have changed it
        for address in {confirmed, also_to} - {""}:
            letters.write(contents, user=user.pk, address=address, kind=kind)
