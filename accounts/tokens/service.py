"""Personal access tokens: issuing, finding, listing and revoking them.

A program with a token acts for the token's owner without a PIN. The secret is `purse_` and forty random letters and
digits. By this prefix, scanners of public code recognise a token that was published by mistake.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import string
from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.people.models import User
from accounts.people.roles import STAFF
from api.access import known_scopes
from events.listeners import listen

from .errors import AddressNotAllowed
from .models import ApiToken
from .networks import Address, is_within, network_of
from .tries import Origin, count_bad, remember_valid, require_may_try

LETTERS = string.ascii_letters + string.digits
SECRET = re.compile(r"purse_[0-9A-Za-z]{40}", re.ASCII)
SHOWN = 10  # characters of the secret that are stored, so that its owner can tell tokens apart
WITHOUT_FACTOR = Q(with_second_factor=False, user__role__in=STAFF)  # such as one from before the role was given
NOTED_EVERY = dt.timedelta(minutes=1)  # the time of the last use is exact to this


def issue(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    lives: dt.timedelta,
    networks: Iterable[str] = (),
    with_second_factor: bool = False,
) -> tuple[ApiToken, str]:
    """Stores a new token. Returns it with its secret in clear text, which is shown once and cannot be read again.

    `networks`: from where it may be used, as `networks_in` gives them; none: from everywhere.
    `with_second_factor`: the session that asks for it has proven a second factor.
    """
    scopes = list(scopes)
    if any(known_scopes[scope].listens for scope in scopes):
        listen(user.pk)
    secret = "purse_" + "".join(secrets.choice(LETTERS) for _ in range(40))
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=_digest(secret),
        prefix=secret[:SHOWN],
        scopes=scopes,
        networks=list(networks),
        with_second_factor=with_second_factor,
        expires_at=Now() + lives,
    )
    return token, secret


def token_with(secret: str, *, origin: Origin) -> ApiToken | None:
    """The valid token with this secret, with its owner, or None.

    A token is valid if it is neither expired nor revoked, and its owner is active and not frozen. Where staff need a
    second factor, a token of theirs must have been made with one: a program has no other proof of it. Whatever text
    came, this is one query by an index at most. Raises TooManyTries where too many came from this origin that are not
    valid.
    """
    digest = _digest(secret)
    require_may_try(origin, digest)
    token = None
    if SECRET.fullmatch(secret):
        token = _in_force().select_related("user").filter(digest=digest).first()
    if token is None:
        count_bad(origin, digest)
        return None
    remember_valid(digest)
    return token


def use(token: ApiToken, *, address: Callable[[], Address]) -> None:
    """Notes when and from where the token is used, at most once a minute. Raises AddressNotAllowed."""
    if token.networks and not is_within(address(), token.networks):
        raise AddressNotAllowed(address())
    if token.last_used_at is None or token.last_used_at <= timezone.now() - NOTED_EVERY:
        _note_use(token, network_of(address()))


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The user's tokens that are not revoked, expired ones included, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None).order_by("-pk")


def revoke(*, user: User, reference: UUID) -> bool:
    """Revokes the user's token at once. Returns False where the user has no such token."""
    return bool(tokens_of(user).filter(reference=reference).update(revoked_at=Now()))


def revoke_all(user: User) -> int:
    """Revokes every token of the user at once, and returns how many those were."""
    return tokens_of(user).update(revoked_at=Now())


def _in_force() -> QuerySet[ApiToken]:
    tokens = ApiToken.objects.filter(revoked_at=None, expires_at__gt=Now(), user__is_active=True, user__frozen=False)
    if settings.STAFF_SECOND_FACTOR:
        tokens = tokens.exclude(WITHOUT_FACTOR)
    return tokens


def _note_use(token: ApiToken, network: str) -> None:
    """Of several requests at once, one writes: the filter is checked again by the database."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=Now() - NOTED_EVERY)
    ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=Now(), last_network=network)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
