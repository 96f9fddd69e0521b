"""The features' models, for Django and for other apps. The features themselves import one another's."""

from .people.models import Standing, User
from .tokens.models import ApiToken

__all__ = ["ApiToken", "Standing", "User"]
