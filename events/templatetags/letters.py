"""The template filter for letters."""

from __future__ import annotations

from django import template

from events import letters

register = template.Library()


@register.filter
def fenced(words: object) -> str:
    """Words that a person typed, for a template of text: they cannot look like a link, and end where they end."""
    return f"{letters.ISOLATE}{letters.fenced(str(words))}{letters.END}"
