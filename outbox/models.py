"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .events.models import Message
from .mail.models import Bouncing
from .preferences.models import Preference
from .statements.models import StatementRun
from .webhooks.models import Delivery, Endpoint

__all__ = ["Bouncing", "Delivery", "Endpoint", "Message", "Preference", "StatementRun"]
