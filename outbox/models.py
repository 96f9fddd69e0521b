"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .events.models import Message
from .webhooks.models import Delivery, Endpoint

__all__ = ["Delivery", "Endpoint", "Message"]
