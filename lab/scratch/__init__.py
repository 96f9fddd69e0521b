"""Scratch copies of the house, for the bench and for torture: databases, people in them, and all its processes."""


class NotMeasured(Exception):
    """Why there is no number, in one line."""
