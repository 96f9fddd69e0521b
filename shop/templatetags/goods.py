"""Template filters of the shop's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from conversion.money import Currency, Money
from shop.fields import as_percent

register = template.Library()


@register.filter
def item(found: Mapping[Any, Any], key: object) -> Any:
    """What the mapping has under this key; None if it has nothing."""
    return found.get(key)


@register.filter
def percent(permille: int) -> str:
    return f"{as_percent(permille)} %"


@register.filter
def of_currency(minor: int, unit: Currency) -> Money:
    """Money of a number of minor units, such as a column of a report."""
    return Money(minor, unit)
