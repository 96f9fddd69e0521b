"""Scratch installations for the bench and for torture: databases, people in them, and all processes."""


class NotMeasured(Exception):
    """Why there is no number, in one line."""
