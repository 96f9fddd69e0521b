"""All models of this room, for Django and for other rooms. Features of this room import each other's directly."""

from .events.models import Message

__all__ = ["Message"]
