"""Who may sign up, and invitations: making, using and revoking them."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.people.models import User

from .errors import ByInvitation, InvitationInvalid, SignUpClosed
from .models import Invitation
from .queries import OPEN

LIFE = dt.timedelta(days=14)


def require_may_sign_up(secret: str) -> None:
    """`secret`: that of an invitation, or "". Raises SignUpClosed, InvitationInvalid, ByInvitation."""
    if settings.SIGN_UP == "closed":
        raise SignUpClosed
    if secret and not _open_with(secret).exists():
        raise InvitationInvalid
    if settings.SIGN_UP == "invitation" and not secret:
        raise ByInvitation


def must_wait(secret: str) -> bool:
    """Whether an administrator has yet to approve who signs up. A person with an invitation was chosen by one."""
    return settings.SIGN_UP == "approval" and not secret


def invite(*, name: str, maker: User) -> tuple[Invitation, str]:
    """Makes an invitation for `name`. Returns it and its secret, which is shown once. Raises SignUpClosed."""
    if settings.SIGN_UP == "closed":
        raise SignUpClosed
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(digest=_digest(secret), name=name, made_by=maker, expires_at=Now() + LIFE)
    return invitation, secret


def use(secret: str, *, user: User) -> None:
    """Uses the invitation up. Call it in the transaction that stores the user. Raises InvitationInvalid.

    Of two people who use it at once, the second waits here for the first one's transaction, and is refused then.
    """
    if not _open_with(secret).update(used_at=Now(), used_by=user):
        raise InvitationInvalid


def revoke(reference: UUID) -> bool:
    """Makes an open invitation useless. Returns False where there is none."""
    return bool(Invitation.objects.filter(OPEN, reference=reference).update(revoked_at=Now()))


def _open_with(secret: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(OPEN, digest=_digest(secret))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
