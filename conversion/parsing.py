"""Reading amounts as people type them and as programs send them. Only ASCII digits, points and commas are accepted."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from .errors import AmountAmbiguous, AmountMissing, AmountTooLarge, AmountTooPrecise, AmountUnreadable, NotPositive
from .money import Currency, Money

NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+", re.ASCII)
PLAIN = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
LONGEST = 40


def parse_amount(text: str, currency: Currency) -> Money:
    """The amount that a person typed. "24.70" and "24,70" are the same; "1,234" is ambiguous and is refused.

    Raises InvalidAmount: AmountMissing, AmountUnreadable, AmountAmbiguous, AmountTooPrecise, NotPositive,
    AmountTooLarge.
    """
    text = text.strip(" \t\u00a0")
    if not text:
        raise AmountMissing
    is_negative, text = text.startswith("-"), text.removeprefix("-")
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        raise AmountUnreadable
    whole, fraction = _split(text, currency)
    return _money(whole, fraction, currency, is_negative=is_negative)


def parse_plain_amount(text: str, currency: Currency) -> Money:
    """The amount that a program sent, such as "1234.50": ASCII digits and at most one point, in every locale.

    Raises InvalidAmount: AmountUnreadable, AmountTooPrecise, NotPositive, AmountTooLarge.
    """
    found = PLAIN.fullmatch(text)
    if found is None or len(text) > LONGEST:
        raise AmountUnreadable
    sign, whole, fraction = found.groups(default="")
    return _money(whole, fraction, currency, is_negative=bool(sign))


def _money(whole: str, fraction: str, currency: Currency, *, is_negative: bool) -> Money:
    from conversion.money import LARGEST_MINOR, Money

    if len(fraction) > currency.exponent:
        raise AmountTooPrecise(_precision(currency))
    minor = int((whole or "0") + fraction.ljust(currency.exponent, "0"))
    if is_negative or minor == 0:
        raise NotPositive
    if minor > LARGEST_MINOR:
        raise AmountTooLarge
    return Money(minor, currency)


def _split(text: str, currency: Currency) -> tuple[str, str]:
    """The digits before and after the decimal sign.

    The last point or comma is the decimal sign if it is the only one or differs from those before it.
    """
    signs = [sign for sign in text if sign in ".,"]
    if not signs:
        return text, ""
    groups = re.split(r"[.,]", text)
    *before, last = signs
    if not before:
        # "1,234": thousands or decimals? In a currency with three decimal places, a point marks decimals.
        if len(groups[1]) == 3 and groups[0] not in ("", "0") and not (currency.exponent == 3 and last == "."):
            raise AmountAmbiguous(_ambiguous(text, groups, currency))
        return groups[0], groups[1]
    if last in before:  # 1,234,567: all signs group thousands
        return _joined(groups, set(signs)), ""
    return _joined(groups[:-1], set(before)), groups[-1]


def _joined(groups: list[str], signs: set[str]) -> str:
    head, *rest = groups
    if len(signs) > 1 or not 1 <= len(head) <= 3 or any(len(group) != 3 for group in rest):
        raise AmountUnreadable
    return "".join(groups)


def _ambiguous(text: str, groups: list[str], currency: Currency) -> str:
    whole = "".join(groups)
    if currency.exponent == 0:
        return _("“%(typed)s” can be read in two ways. Please write %(whole)s.") % {"typed": text, "whole": whole}
    return _("“%(typed)s” can be read in two ways. Please write %(thousands)s or %(decimals)s.") % {
        "typed": text,
        "thousands": whole,
        "decimals": f"{groups[0]}.{groups[1][: currency.exponent]}",
    }


def _precision(currency: Currency) -> str:
    if currency.exponent == 0:
        return _("%(code)s has no decimals: please enter a whole amount.") % {"code": currency.code}
    return _("%(code)s has at most %(places)s decimals.") % {"code": currency.code, "places": currency.exponent}
