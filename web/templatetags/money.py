"""Template filters for amounts, moments and people."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language

from conversion.money import Money, format_money
from web.initials import initials_of

register = template.Library()
MINOR_UNITS = re.compile(r"^(.*?)([.,][0-9]{2,3})(\D*)$")


@register.filter
def money(amount: Money) -> SafeString:
    """The amount as the user's language writes it, with the minor units in a less prominent style."""
    return _written(amount, get_language())


@register.filter
def signed_money(amount: Money) -> SafeString:
    """The amount with a plus sign if it comes in and a minus sign if it goes out, so that colour is not needed."""
    return _signed(amount, get_language())


@lru_cache(maxsize=4096)
def _signed(amount: Money, language: str | None) -> SafeString:
    incoming = amount.minor > 0
    return format_html(
        '<span class="{}">{}{}</span>',
        "money-in" if incoming else "money-out",
        "+" if incoming else "−",
        _written(abs(amount), language),
    )


@lru_cache(maxsize=4096)
def _written(amount: Money, language: str | None) -> SafeString:
    text = format_money(amount, language)
    found = MINOR_UNITS.match(text) if amount.currency.exponent else None
    if not found:
        return format_html('<span class="money">{}</span>', text)
    return format_html('<span class="money">{}<span class="money__minor">{}</span>{}</span>', *found.groups())


@register.filter
def moment(when: dt.datetime) -> str:
    """The date and time to the minute, as lists show it, with no-break spaces."""
    return _moment(when, get_language())


@lru_cache(maxsize=4096)
def _moment(when: dt.datetime, language: str | None) -> str:
    return date_format(localtime(when), "j M, H:i").replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def plain_money(amount: Money) -> str:
    return format_money(amount)


@register.filter
def initials(person: object) -> str:
    """The initials in a person's badge. `person` is a user or a name."""
    name = getattr(person, "get_full_name", lambda: str(person))() or str(person)
    return initials_of(name)
