"""Scratch installations for `./wallet bench`, `torture` and `attack`: databases, people in them, and processes."""


class NotMeasured(Exception):
    """A measurement is not possible. The text is the reason, in one line."""
