"""The overview of an account's security: what the page My account shows."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models.functions import Now

from accounts.pins.models import PinReset
from accounts.pins.queries import current_reset_of
from accounts.tokens import service as api_tokens

from . import addresses
from .models import User


@dataclass(frozen=True, slots=True)
class Security:
    """How an account is protected, and how many devices and programs can use it now."""

    address: str  # the e-mail address, confirmed or not; "" for none
    address_is_confirmed: bool
    has_pin: bool
    pin_reset: PinReset | None  # by staff, which the person can still stop or confirm
    has_app: bool  # an authenticator app, which makes a code every thirty seconds
    keys: int  # security keys and passkeys
    sessions: int
    tokens: int  # access tokens that are neither expired nor revoked

    @property
    def two_factor(self) -> bool:
        return self.has_app or self.keys > 0


def security_of(user: User) -> Security:
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return Security(
        address=user.email or addresses.typed_by(user),
        address_is_confirmed=bool(user.email),
        has_pin=user.has_pin,
        pin_reset=current_reset_of(user.pk),
        has_app=Authenticator.Type.TOTP in kinds,
        keys=kinds.count(Authenticator.Type.WEBAUTHN),
        sessions=len(UserSession.objects.purge_and_list(user)),
        tokens=api_tokens.tokens_of(user).filter(expires_at__gt=Now()).count(),
    )
