"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .claims.models import Claim
from .people.models import Standing, User
from .pins.models import PinReset
from .tokens.models import ApiToken

__all__ = ["ApiToken", "Claim", "PinReset", "Standing", "User"]
