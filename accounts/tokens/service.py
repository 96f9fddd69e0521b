"""Personal access tokens: with one, a program acts for its owner, and nobody asks it for a PIN.

`purse_` and forty random letters and digits. By the prefix, scanners of public code know a token that slipped out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import string
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.people.models import User

from .models import ApiToken

LETTERS = string.ascii_letters + string.digits
SECRET = re.compile(r"purse_[0-9A-Za-z]{40}", re.ASCII)
SHOWN = 10  # characters of the secret that tell a token from others
NOTED_EVERY = dt.timedelta(minutes=1)  # how exactly the last use is known


def issue(*, user: User, name: str, scopes: Iterable[str], lives: dt.timedelta) -> tuple[ApiToken, str]:
    """The new token, and its secret in clear: to be shown once."""
    secret = "purse_" + "".join(secrets.choice(LETTERS) for _ in range(40))
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=_digest(secret),
        prefix=secret[:SHOWN],
        scopes=list(scopes),
        expires_at=Now() + lives,
    )
    return token, secret


def token_with(secret: str) -> ApiToken | None:
    """The token that opens something today, with its owner: one indexed query, whatever came. Notes the use."""
    if not SECRET.fullmatch(secret):
        return None
    token = _in_force().select_related("user").filter(digest=_digest(secret)).first()
    if token is not None:
        _note_use(token)
    return token


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Those that were not revoked, the newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None).order_by("-pk")


def revoke(*, user: User, reference: UUID) -> bool:
    """Whether there was such a token of theirs; it works no longer."""
    return bool(tokens_of(user).filter(reference=reference).update(revoked_at=Now()))


def _in_force() -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(revoked_at=None, expires_at__gt=Now(), user__is_active=True, user__frozen=False)


def _note_use(token: ApiToken) -> None:
    """A write once a minute at most, however many requests come; of several at once, one writes."""
    if token.last_used_at is not None and token.last_used_at > timezone.now() - NOTED_EVERY:
        return
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=Now() - NOTED_EVERY)
    ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=Now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
